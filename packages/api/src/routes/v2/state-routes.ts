import type { AppState, DeviceState, ImageState, ServiceState } from '@device-supervisor/device';
import * as z from 'zod';
import { visibleState } from '../../access.ts';
import { ApplicationNotFoundError, ContainerNotFoundError } from '../../errors.ts';
import { json, Progress, ServiceStatusWord, success, UpdateStatusWord } from '../../schema/answers.ts';
import { AppIdInPath } from '../../schema/inputs.ts';
import { named } from '../../schema/named.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { rememberAnswer } from '../remember-answer.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes that show what runs on the device. */
export function stateRoutes({ device }: RouteDependencies): readonly Route[] {
  const answerStatus = rememberAnswer(device, (state) => formatStatus(firstApp(state)));
  const answerApps = rememberAnswer(device, ({ apps }) =>
    keepFirst(apps.map((app) => [app.name, formatApp(app)] as const)),
  );
  return [
    defineRoute({
      method: 'GET',
      path: '/v2/state/status',
      subject: 'State',
      scope: 'app',
      summary: 'Containers and images of the first app, and whether the device is at its target',
      input: {},
      answers: () => ({ 200: json(StatusAnswer()) }),
      handle: ({ access, context }) => answerStatus(access, context),
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/applications/state',
      subject: 'State',
      scope: 'app',
      summary: 'All apps by name, and their services',
      input: {},
      answers: () => ({ 200: json(z.record(z.string(), AppAnswer())) }),
      handle: ({ access, context }) => answerApps(access, context),
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/applications/:appId/state',
      subject: 'State',
      scope: 'app',
      summary: 'The services of one app, by image id',
      input: { params: z.object({ appId: AppIdInPath }) },
      answers: () => ({ 200: json(SingleAppAnswer()) }),
      failures: { 400: 'json', 409: 'json' },
      handle({ input: { params }, access, context }) {
        const app = visibleState(device.state(), access).apps.find(({ id }) => id === params.appId);
        if (app === undefined) throw new ApplicationNotFoundError(params.appId);
        return context.json(formatSingleApp(app));
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v2/containerId',
      subject: 'State',
      scope: 'app',
      summary: 'Container ids by service name, or that of one service',
      input: {
        query: z.object({
          service: z.string().optional().meta({ description: 'Name of a service' }),
          serviceName: z.string().optional().meta({ description: 'The same' }),
        }),
      },
      answers: () => ({
        200: json(
          z.union([success({ services: z.record(z.string(), z.string()) }), success({ containerId: z.string() })]),
        ),
      }),
      failures: { 503: 'json' },
      handle({ input: { query }, access, context }) {
        const ids = containerIds(visibleState(device.state(), access).apps);
        const serviceName = query.serviceName ?? query.service;
        if (serviceName === undefined) return context.json({ status: 'success', services: ids });
        const containerId = Object.hasOwn(ids, serviceName) ? ids[serviceName] : undefined;
        if (containerId === undefined) throw new ContainerNotFoundError(serviceName);
        return context.json({ status: 'success', containerId });
      },
    }),
  ];
}

const StatusAnswer = named('StatusV2', () =>
  success({
    appState: z.enum(['applying', 'applied']),
    overallDownloadProgress: Progress,
    containers: z.array(
      z.strictObject({
        status: ServiceStatusWord,
        serviceName: z.string(),
        appId: z.int(),
        imageId: z.int(),
        serviceId: z.int(),
        containerId: z.string(),
        createdAt: z.iso.datetime().nullable(),
      }),
    ),
    images: z.array(
      z.strictObject({
        name: z.string(),
        appId: z.int(),
        serviceName: z.string(),
        imageId: z.int(),
        dockerImageId: z.string().nullable(),
        status: z.enum(['Downloading', 'Downloaded']),
        downloadProgress: Progress,
      }),
    ),
    release: z.string().nullable().meta({ description: 'Commit of the release that runs' }),
  }),
);

const AppAnswer = named('AppStateV2', () =>
  z.strictObject({
    appId: z.int(),
    appUuid: z.string(),
    commit: z.string().nullable(),
    updateStatus: UpdateStatusWord,
    services: z.record(
      z.string(),
      z.strictObject({ status: ServiceStatusWord, releaseId: z.int(), downloadProgress: Progress, image: z.string() }),
    ),
  }),
);

const SingleAppAnswer = named('ServicesOfApp', () =>
  z.strictObject({
    local: z.record(
      z.string(),
      z.strictObject({
        services: z.record(
          z.string(),
          z.strictObject({ status: ServiceStatusWord, releaseId: z.int(), download_progress: Progress }),
        ),
      }),
    ),
    commit: z.string().nullable(),
  }),
);

/** The format has room for one app and its release: the first that the key sees. */
function formatStatus({ applying, apps, images, overallDownloadProgress }: DeviceState) {
  return {
    status: 'success',
    appState: applying ? 'applying' : 'applied',
    overallDownloadProgress,
    containers: apps.flatMap((app) => app.services.flatMap((service) => formatContainer(app, service))),
    images: images.map(formatImage),
    release: apps[0]?.commit ?? null,
  };
}

function firstApp(state: DeviceState): DeviceState {
  const [app] = state.apps;
  if (app === undefined) return { ...state, images: [], overallDownloadProgress: null };
  return visibleState(state, { kind: 'app', appId: app.id, serviceName: '' });
}

function formatContainer(app: AppState, service: ServiceState) {
  if (service.containerId === null) return [];
  return [
    {
      status: service.status,
      serviceName: service.name,
      appId: app.id,
      imageId: service.imageId,
      serviceId: service.serviceId,
      containerId: service.containerId,
      createdAt: service.createdAt === null ? null : new Date(service.createdAt).toISOString(),
    },
  ];
}

function formatImage(image: ImageState) {
  return {
    name: image.name,
    appId: image.appId,
    serviceName: image.serviceName,
    imageId: image.imageId,
    dockerImageId: image.dockerImageId,
    status: image.status,
    downloadProgress: image.downloadProgress,
  };
}

function formatApp(app: AppState) {
  return {
    appId: app.id,
    appUuid: app.uuid,
    commit: app.commit,
    updateStatus: app.updateStatus,
    services: keepFirst(app.services.map((service) => [service.name, formatService(service)] as const)),
  };
}

function formatService({ status, releaseId, downloadProgress, image }: ServiceState) {
  return { status, releaseId, downloadProgress, image };
}

function formatSingleApp(app: AppState) {
  const services = keepFirst(
    app.services.map(
      ({ imageId, status, releaseId, downloadProgress }) =>
        [String(imageId), { status, releaseId, download_progress: downloadProgress }] as const,
    ),
  );
  return { local: { [app.id]: { services } }, commit: app.commit };
}

/** Two apps may have a service of the same name: that of the first app is meant. */
function containerIds(apps: readonly AppState[]): Readonly<Record<string, string>> {
  return keepFirst(
    apps
      .flatMap(({ services }) => services)
      .flatMap(({ name, containerId }) => (containerId === null ? [] : [[name, containerId] as const])),
  );
}

/** While one container hands over to another, a service has two: the newer comes first, and is the one to show. */
function keepFirst<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const first = new Map<string, T>();
  for (const [key, value] of entries) {
    if (!first.has(key)) first.set(key, value);
  }
  return Object.fromEntries(first);
}
