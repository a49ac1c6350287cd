import * as z from 'zod';
import { json, success } from '../../schema/answers.ts';
import { named } from '../../schema/named.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Facts of the device. */
export function deviceRoutes({ device, host, version, build, cloudConnected }: OwnDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/device',
      subject: 'Device',
      scope: 'any-key',
      summary: 'Identity, versions and addresses of the device, and whether its cloud can be reached',
      input: {},
      answers: () => ({ 200: json(DeviceAnswer()) }),
      failures: { 503: 'json' },
      handle({ context }) {
        const { uuid, name, type, arch, hostOsVersion, kernelVersion, apiEndpoint, apiPort } = device.facts;
        const { ip, mac } = host.addresses();
        return context.json({
          status: 'success',
          uuid,
          name: device.target().name ?? name,
          type,
          arch,
          os: hostOsVersion,
          kernel: kernelVersion,
          supervisor: { contract: version, ...(build ?? { version: null, commit: null }) },
          localMode: device.localMode,
          cloud: { endpoint: apiEndpoint, connected: cloudConnected?.() ?? null },
          api: { port: apiPort, ip, mac },
        });
      },
    }),
  ];
}

const DeviceAnswer = named('DeviceIdentity', () =>
  success({
    uuid: z.string(),
    name: z.string(),
    type: z.string(),
    arch: z.string(),
    os: z.string().meta({ description: 'Name and version; empty: the host does not tell' }),
    kernel: z.string(),
    supervisor: z.strictObject({
      contract: z.string().meta({ description: 'Generation of the contract that clients know as the version' }),
      version: z.string().nullable(),
      commit: z.string().nullable().meta({ description: 'That it was built from' }),
    }),
    localMode: z.boolean().meta({ description: 'The target comes from a developer, not from the cloud' }),
    cloud: z.strictObject({
      endpoint: z.string().nullable().meta({ description: 'null: there is no cloud' }),
      connected: z.boolean().nullable().meta({ description: 'null: there is none, or nothing is known' }),
    }),
    api: z.strictObject({ port: z.int(), ip: z.array(z.string()), mac: z.array(z.string()) }),
  }),
);
