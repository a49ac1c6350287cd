import type { AppState, ServiceState } from '@device-supervisor/device';
import * as z from 'zod';
import { requireApp, visibleState, type Access } from '../../access.ts';
import { InvalidRequestError } from '../../errors.ts';
import { DataAnswer, json, TEXT_OK } from '../../schema/answers.ts';
import { AppIdInPath, AppRequest, Forcible } from '../../schema/inputs.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes about a whole app, or the one service that it has. */
export function appRoutes({ device }: RouteDependencies): readonly Route[] {
  const onlyService = (access: Access, appId: number): OnlyService => {
    requireApp(access, appId);
    return findOnlyService(visibleState(device.state(), access).apps, appId);
  };
  const serviceRoute = (action: 'stop' | 'start', summary: string): Route =>
    defineRoute({
      method: 'POST',
      path: `/v1/apps/:appId/${action}`,
      subject: 'Services',
      scope: 'app',
      summary,
      input: { params: AppIdParams, body: Forcible },
      answers: () => ({ 200: json(ContainerIdAnswer) }),
      failures: SINGLE_CONTAINER_FAILURES,
      statuses: SINGLE_CONTAINER_STATUSES,
      async handle({ input: { params, body }, access, context }) {
        const { app, service } = onlyService(access, params.appId);
        if (action === 'stop') await device.stopService(app.id, service.name, body);
        else await device.startService(app.id, service.name, body);
        return context.json({ containerId: service.containerId });
      },
    });
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/purge',
      subject: 'Services',
      scope: 'app',
      summary: 'Removes the volumes of an app with all their data, and creates its containers again',
      input: { body: AppRequest },
      answers: () => ({ 200: json(DataAnswer) }),
      messages: { appId: 'Invalid or missing appId' },
      failures: { 400: 'text', 423: 'json', 503: 'json' },
      statuses: { APP_NOT_FOUND: 400 },
      async handle({ input: { body }, access, context }) {
        requireApp(access, body.appId);
        await device.purgeApp(body.appId, { force: body.force });
        return context.json({ Data: 'OK', Error: '' });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/restart',
      subject: 'Services',
      scope: 'app',
      summary: 'Removes the containers of an app and creates them again',
      input: { body: AppRequest },
      answers: () => ({ 200: TEXT_OK }),
      messages: { appId: 'Missing app id' },
      failures: { 400: 'text', 423: 'json', 503: 'json' },
      statuses: { APP_NOT_FOUND: 400 },
      async handle({ input: { body }, access, context }) {
        requireApp(access, body.appId);
        await device.restartApp(body.appId, { force: body.force });
        return context.text('OK');
      },
    }),
    serviceRoute('stop', 'Stops the container of an app that has one service, until its supervisor or target changes'),
    serviceRoute('start', 'Starts the container of an app that has one service'),
    defineRoute({
      method: 'GET',
      path: '/v1/apps/:appId',
      subject: 'State',
      scope: 'app',
      summary: 'The container of an app that has one service, with its environment without keys',
      input: { params: AppIdParams },
      answers: () => ({
        200: json(
          z.strictObject({
            appId: z.int(),
            commit: z.string().nullable(),
            containerId: z.string(),
            env: z.record(z.string(), z.string()),
            imageId: z.string().meta({ description: 'Reference of the image' }),
            releaseId: z.int(),
          }),
        ),
      }),
      failures: { 400: 'text' },
      statuses: SINGLE_CONTAINER_STATUSES,
      handle({ input: { params }, access, context }) {
        const { app, service } = onlyService(access, params.appId);
        return context.json({
          appId: app.id,
          commit: app.commit,
          containerId: service.containerId,
          env: withoutKeys(device.environment(service.containerId) ?? {}),
          imageId: service.image,
          releaseId: service.releaseId,
        });
      },
    }),
  ];
}

const AppIdParams = z.object({ appId: AppIdInPath });
const ContainerIdAnswer = z.strictObject({ containerId: z.string() });
const SINGLE_CONTAINER_FAILURES = { 400: 'text', 423: 'json', 503: 'json' } as const;
const SINGLE_CONTAINER_STATUSES = { APP_NOT_FOUND: 400, SERVICE_NOT_FOUND: 400 } as const;

interface OnlyService {
  readonly app: AppState;
  readonly service: ServiceState & { readonly containerId: string };
}

/** @throws InvalidRequestError when the app is not there, or has not exactly one service with a container */
function findOnlyService(apps: readonly AppState[], appId: number): OnlyService {
  const app = apps.find(({ id }) => id === appId);
  if (app === undefined) throw new InvalidRequestError('App not found');
  if (new Set(app.services.map(({ name }) => name)).size > 1) {
    throw new InvalidRequestError('This route works for apps with one service only; use its equivalent of /v2');
  }
  const service = app.services.find(hasContainer);
  if (service === undefined) throw new InvalidRequestError('The app has no container');
  return { app, service };
}

function hasContainer(service: ServiceState): service is OnlyService['service'] {
  return service.containerId !== null;
}

/** Clients that read an app's variables do not get the keys of supervisor and cloud. */
function withoutKeys(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.endsWith('_API_KEY')));
}
