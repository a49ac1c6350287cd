import type { AppState, ImageState, ServiceState } from '@device-supervisor/device';
import { visibleState } from '../access.ts';
import { ApplicationNotFoundError, ContainerNotFoundError, InvalidRequestError } from '../errors.ts';
import type { Route, RouteContext, RouteDependencies } from './route.ts';

/** Routes that show what runs on the device. */
export function stateRoutes({ device }: RouteDependencies): readonly Route[] {
  const visible = (context: RouteContext) => visibleState(device.state(), context.get('access'));
  return [
    {
      method: 'GET',
      path: '/v2/state/status',
      scope: 'app',
      summary: 'Containers and images, and whether the device is at its target',
      handle(context) {
        const { applying, apps, images, overallDownloadProgress } = visible(context);
        return context.json({
          status: 'success',
          appState: applying ? 'applying' : 'applied',
          overallDownloadProgress,
          containers: apps.flatMap((app) => app.services.flatMap((service) => formatContainer(app, service))),
          images: images.map(formatImage),
          // The format has room for one release: that of the first app.
          release: apps[0]?.commit ?? null,
        });
      },
    },
    {
      method: 'GET',
      path: '/v2/applications/state',
      scope: 'app',
      summary: 'All apps and their services',
      handle: (context) =>
        context.json(keepFirst(visible(context).apps.map((app) => [app.name, formatApp(app)] as const))),
    },
    {
      method: 'GET',
      path: '/v2/applications/:appId/state',
      scope: 'app',
      summary: 'The services of one app, by image id',
      handle(context) {
        const appId = readAppId(context);
        const app = visible(context).apps.find(({ id }) => id === appId);
        if (app === undefined) throw new ApplicationNotFoundError(appId);
        return context.json(formatSingleApp(app));
      },
    },
    {
      method: 'GET',
      path: '/v2/containerId',
      scope: 'app',
      summary: 'Container ids by service name, or that of one service',
      handle(context) {
        const ids = containerIds(visible(context).apps);
        const serviceName = context.req.query('serviceName') ?? context.req.query('service');
        if (serviceName === undefined) return context.json({ status: 'success', services: ids });
        const containerId = Object.hasOwn(ids, serviceName) ? ids[serviceName] : undefined;
        if (containerId === undefined) throw new ContainerNotFoundError(serviceName);
        return context.json({ status: 'success', containerId });
      },
    },
  ];
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

function readAppId(context: RouteContext): number {
  const text = context.req.param('appId') ?? '';
  const appId = Number(text);
  if (!/^\d+$/.test(text) || appId === 0 || !Number.isSafeInteger(appId)) {
    throw new InvalidRequestError(`Invalid application ID: ${text}`);
  }
  return appId;
}
