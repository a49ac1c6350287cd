import type { DeviceState } from '@device-supervisor/device';
import * as z from 'zod';
import { json, Progress, ServiceStatusWord, success, UpdateStatusWord } from '../../schema/answers.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { rememberAnswer } from '../remember-answer.ts';
import { defineRoute, type Route } from '../route.ts';

/** The state of the device as tools show it: what runs, what waits and why. */
export function deviceStateRoutes({ device }: RouteDependencies): readonly Route[] {
  const answer = rememberAnswer(device, formatState);
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/state',
      scope: 'app',
      summary: 'Apps and their services, whether the device is at its target, what waits and why',
      input: {},
      answers: () => ({ 200: json(StateAnswer()) }),
      handle: ({ access, context }) => answer(access, context),
    }),
  ];
}

function StateAnswer() {
  const appId = z.int().nullable().meta({ description: 'null: no app in particular' });
  const service = z.string().nullable().meta({ description: 'null: no service in particular' });
  return success({
    applying: z.boolean().meta({ description: 'false: nothing changes until something happens' }),
    overallDownloadProgress: Progress,
    apps: z.array(
      z.strictObject({
        appId: z.int(),
        uuid: z.string(),
        name: z.string(),
        commit: z.string().nullable().meta({ description: 'Of the release that runs completely; null: none does' }),
        updateStatus: UpdateStatusWord,
        services: z.array(ServiceAnswer()),
      }),
    ),
    blocked: z.array(z.strictObject({ appId, service, reason: z.string(), message: z.string() })),
    notices: z.array(z.strictObject({ appId, service, field: z.string(), reason: z.string() })),
  });
}

function ServiceAnswer() {
  return z.strictObject({
    name: z.string(),
    serviceId: z.int(),
    imageId: z.int(),
    releaseId: z.int(),
    image: z.string(),
    status: ServiceStatusWord,
    health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
    downloadProgress: Progress,
    containerId: z.string().nullable().meta({ description: 'null: there is no container yet' }),
    createdAt: z.int().nullable().meta({ description: 'Milliseconds since the epoch' }),
    ports: z.array(
      z.strictObject({
        hostIp: z.string().meta({ description: 'Empty: all addresses of the host' }),
        hostPort: z.int(),
        containerPort: z.string().meta({ description: 'With its protocol, e.g. 80/tcp' }),
      }),
    ),
  });
}

function formatState({ applying, overallDownloadProgress, apps, blocked, notices }: DeviceState) {
  return {
    status: 'success',
    applying,
    overallDownloadProgress,
    apps: apps.map(({ id, uuid, name, commit, updateStatus, services }) => ({
      appId: id,
      uuid,
      name,
      commit,
      updateStatus,
      services: services.map(({ publishedPorts, ...service }) => ({ ...service, ports: publishedPorts })),
    })),
    blocked: blocked.map(({ appId, service, reason, message }) => ({ appId, service, reason, message })),
    notices: notices.map(({ appId, service, field, reason }) => ({ appId, service, field, reason })),
  };
}
