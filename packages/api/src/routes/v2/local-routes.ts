import { NotInLocalModeError } from '@device-supervisor/device';
import { decodeTargetStateV2, formatTargetStateV2, targetStateV2Schema } from '@device-supervisor/state';
import * as z from 'zod';
import { seesApp, visibleTarget, type Access } from '../../access.ts';
import { InvalidRequestError } from '../../errors.ts';
import type { LogMessage } from '../../ports.ts';
import { json, success } from '../../schema/answers.ts';
import { Flag, Forcible } from '../../schema/inputs.ts';
import { named } from '../../schema/named.ts';
import { isJson } from '../../transport/read-body.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, TARGET_BODY, type Route } from '../route.ts';
import { streamLogs } from './stream-logs.ts';

/** Routes for developers, who set the target themselves. */
export function localRoutes({ device, logs, onError }: RouteDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v2/local/target-state',
      subject: 'Target',
      scope: 'app',
      summary: 'The target state',
      input: {},
      answers: () => ({
        200: json(
          success({
            state: z.strictObject({
              local: z.strictObject({
                name: z.string(),
                config: z.record(z.string(), z.string()),
                apps: z.record(z.string(), z.looseObject({ name: z.string() })),
              }),
            }),
          }),
        ),
      }),
      handle({ access, context }) {
        const target = visibleTarget(device.target(), access);
        const local = formatTargetStateV2({ ...target, name: target.name ?? device.facts.name });
        return context.json({ status: 'success', state: { local } });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v2/local/target-state',
      subject: 'Target',
      scope: 'global',
      summary: 'Sets the target state, and begins to apply it',
      input: { body: LocalTarget },
      document: () => z.intersection(targetStateV2Schema(), Forcible).meta({ id: 'LocalTarget' }),
      bodyLimit: TARGET_BODY,
      answers: () => ({ 200: json(success({ message: z.literal('OK') })) }),
      failures: { 400: 'json', 503: 'json' },
      async handle({ input: { body }, context }) {
        if (!device.localMode) throw new NotInLocalModeError();
        if (!isJson(context.req.raw)) throw new InvalidRequestError(NOT_JSON);
        const { force, ...document } = body;
        await device.setLocalTarget(decodeTargetStateV2(document), { force });
        return context.json({ status: 'success', message: 'OK' });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/local/device-info',
      subject: 'Device',
      scope: 'any-key',
      summary: 'Architecture and type of the device',
      input: {},
      answers: () => ({
        200: json(success({ info: z.strictObject({ arch: z.string(), deviceType: z.string() }) })),
      }),
      handle: ({ context }) =>
        context.json({ status: 'success', info: { arch: device.facts.arch, deviceType: device.facts.type } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/local/logs',
      subject: 'Logs',
      scope: 'app',
      summary: 'The log messages from now on, one JSON object a line, until the client leaves',
      input: {},
      answers: () => ({ 200: { type: 'stream', contentType: 'application/x-ndjson', item: LogLine() } }),
      streams: true,
      handle({ access, context }) {
        const subscription = logs.attach({ accepts: (message) => mayRead(access, message) });
        const stream = streamLogs(subscription, { ending: context.env.ending, onError });
        return context.body(stream, 200, { 'content-type': 'application/x-ndjson' });
      },
    }),
  ];
}

const NOT_JSON = 'send the target state as JSON, with the header Content-Type: application/json';

/** The rules of target states decode its contents, and name every fault with its path. */
const LocalTarget = z.looseObject({
  local: z.unknown().optional(),
  force: Flag,
});

const LogLine = named('LogLine', () =>
  z.strictObject({
    message: z.string(),
    timestamp: z.int().optional().meta({ description: 'Milliseconds since the epoch; absent in the first line' }),
    serviceName: z.string().optional(),
    isSystem: z.literal(true).optional().meta({ description: "The supervisor's own" }),
    isStdErr: z.literal(true).optional(),
  }),
);

function mayRead(access: Access, { appId }: LogMessage): boolean {
  return seesApp(access, appId);
}
