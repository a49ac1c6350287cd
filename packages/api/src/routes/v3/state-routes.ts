import type { DeviceState } from '@device-supervisor/device';
import { json } from '../../schema/answers.ts';
import { DeviceStateAnswer } from '../../schema/device-state.ts';
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
      subject: 'State',
      scope: 'app',
      summary: 'Apps and their services, whether the device is at its target, and blocked parts with their reasons',
      input: {},
      answers: () => ({ 200: json(DeviceStateAnswer()) }),
      handle: ({ access, context }) => answer(access, context),
    }),
  ];
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
