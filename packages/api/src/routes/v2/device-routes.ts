import * as z from 'zod';
import { json, success } from '../../schema/answers.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes about the device, its name and tags, and its connection to the cloud. */
export function deviceRoutes({ device, host, tags, version }: RouteDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v2/version',
      subject: 'Supervisor',
      scope: 'any-key',
      summary: 'The version that clients compare with',
      input: {},
      answers: () => ({ 200: json(success({ version: z.string() })) }),
      handle: ({ context }) => context.json({ status: 'success', version }),
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/device/name',
      subject: 'Device',
      scope: 'any-key',
      summary: 'The latest name of the device in the cloud',
      input: {},
      answers: () => ({ 200: json(success({ deviceName: z.string() })) }),
      handle: ({ context }) =>
        context.json({ status: 'success', deviceName: device.target().name ?? device.facts.name }),
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/device/tags',
      subject: 'Device',
      scope: 'any-key',
      summary: 'The tags of the device; asks the cloud',
      input: {},
      answers: () => ({
        200: json(success({ tags: z.array(z.strictObject({ id: z.int(), name: z.string(), value: z.string() })) })),
      }),
      failures: { 500: 'json' },
      faultStatus: 500,
      handle: async ({ context }) => context.json({ status: 'success', tags: await tags.list() }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/v2/device/tags',
      subject: 'Device',
      scope: 'any-key',
      summary: 'Sets tags of the device; they are kept, and sent when the cloud can be reached',
      input: { body: Tags },
      answers: () => ({ 202: json(success({})) }),
      failures: { 400: 'json', 500: 'json' },
      faultStatus: 500,
      async handle({ input: { body }, context }) {
        await tags.set(body);
        return context.json({ status: 'success' }, 202);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/device/vpn',
      subject: 'Device',
      scope: 'any-key',
      summary: 'Whether the VPN is enabled, and connected',
      input: {},
      answers: () => ({
        200: json(success({ vpn: z.strictObject({ enabled: z.boolean(), connected: z.boolean() }) })),
      }),
      failures: { 503: 'json' },
      async handle({ context }) {
        const { enabled, connected } = await host.vpn();
        return context.json({ status: 'success', vpn: { enabled, connected } });
      },
    }),
  ];
}

const Tags = z
  .record(
    z.string().regex(/^\S+$/, 'a tag key must have at least one character, and no white space'),
    z.string('must be a string'),
  )
  .meta({ id: 'DeviceTags', examples: [{ DeviceLocation: 'kitchen' }] });
