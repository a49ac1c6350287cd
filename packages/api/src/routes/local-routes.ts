import { NotInLocalModeError } from '@device-supervisor/device';
import { decodeTargetStateV2, formatTargetStateV2 } from '@device-supervisor/state';
import { seesApp, visibleTarget, type Access } from '../access.ts';
import { InvalidRequestError } from '../errors.ts';
import type { LogMessage } from '../ports.ts';
import { isJson, readBody } from '../read-body.ts';
import { readFlag } from '../read-flag.ts';
import type { Route, RouteDependencies } from './route.ts';
import { streamLogs } from './stream-logs.ts';

/** Routes for developers, who set the target themselves. */
export function localRoutes({ device, logs, onError }: RouteDependencies): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/local/target-state',
      scope: 'app',
      summary: 'The target state',
      handle(context) {
        const target = visibleTarget(device.target(), context.get('access'));
        const local = formatTargetStateV2({ ...target, name: target.name ?? device.facts.name });
        return context.json({ status: 'success', state: { local } });
      },
    },
    {
      method: 'POST',
      path: '/v2/local/target-state',
      scope: 'global',
      summary: 'Sets the target state, and begins to apply it',
      async handle(context) {
        const body = await readBody(context.req.raw);
        if (!device.localMode) throw new NotInLocalModeError();
        if (!isJson(context.req.raw)) throw new InvalidRequestError(NOT_JSON);
        const force = readFlag(body, 'force');
        await device.setLocalTarget(decodeTargetStateV2(body), { force });
        return context.json({ status: 'success', message: 'OK' });
      },
    },
    {
      method: 'GET',
      path: '/v2/local/device-info',
      scope: 'any-key',
      summary: 'Architecture and type of the device',
      handle: (context) =>
        context.json({ status: 'success', info: { arch: device.facts.arch, deviceType: device.facts.type } }),
    },
    {
      method: 'GET',
      path: '/v2/local/logs',
      scope: 'app',
      summary: 'The log messages from now on, one JSON object a line, until the client leaves',
      handle(context) {
        const access = context.get('access');
        const subscription = logs.attach({ accepts: (message) => mayRead(access, message) });
        const stream = streamLogs(subscription, { ending: context.env.ending, onError });
        return context.body(stream, 200, { 'content-type': 'application/x-ndjson' });
      },
    },
  ];
}

const NOT_JSON = 'send the target state as JSON, with the header Content-Type: application/json';

/** A message about no app in particular is for those who see all. */
function mayRead(access: Access, { appId }: LogMessage): boolean {
  return access.kind === 'global' || (appId !== undefined && seesApp(access, appId));
}
