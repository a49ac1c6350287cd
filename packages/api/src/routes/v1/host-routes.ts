import { appOf } from '../../access.ts';
import type { Host } from '../../ports.ts';
import { DataAnswer, json, TEXT_OK } from '../../schema/answers.ts';
import { HostConfigAnswer, HostConfigPatch } from '../../schema/host-config.ts';
import { Forcible, Nothing } from '../../schema/inputs.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes about the host: power, LED, proxy and host name. */
export function hostRoutes({ host }: RouteDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/blink',
      subject: 'Host',
      scope: 'any-key',
      summary: 'Lets a LED blink for 15 s, if the device has one',
      input: { body: Nothing },
      answers: () => ({ 200: TEXT_OK }),
      handle({ context }) {
        host.blink();
        return context.text('OK');
      },
    }),
    powerRoute(host, 'reboot', 'Stops the services and reboots the device'),
    powerRoute(host, 'shutdown', 'Stops the services and switches the device off'),
    defineRoute({
      method: 'GET',
      path: '/v1/device/host-config',
      subject: 'Host',
      scope: 'any-key',
      summary: 'Proxy and host name',
      input: {},
      answers: () => ({ 200: json(HostConfigAnswer) }),
      failures: { 503: 'json' },
      handle: async ({ context }) => context.json(await host.config.get()),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/v1/device/host-config',
      subject: 'Host',
      scope: 'any-key',
      summary: 'Changes proxy and host name; absent fields stay unchanged',
      input: { body: HostConfigPatch },
      answers: () => ({ 200: TEXT_OK }),
      failures: { 400: 'text', 423: 'text', 503: 'json' },
      async handle({ input: { body }, access, context }) {
        const { force: forceInside, ...network } = body.network;
        await host.config.patch({ ...body, network }, { force: body.force || forceInside, forcedApp: appOf(access) });
        return context.text('OK');
      },
    }),
  ];
}

function powerRoute({ power }: Host, action: 'reboot' | 'shutdown', summary: string): Route {
  return defineRoute({
    method: 'POST',
    path: `/v1/${action}`,
    subject: 'Host',
    scope: 'any-key',
    summary,
    input: { body: Forcible },
    answers: () => ({ 202: json(DataAnswer) }),
    failures: { 400: 'data', 423: 'data', 500: 'data' },
    faultStatus: 500,
    async handle({ input: { body }, access, context }) {
      await power[action]({ ...body, forcedApp: appOf(access) });
      return context.json({ Data: 'OK', Error: '' }, 202);
    },
  });
}
