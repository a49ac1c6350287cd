import { AppNotFoundError, ServiceNotFoundError, type AppState } from '@device-supervisor/device';
import * as z from 'zod';
import { requireApp } from '../../access.ts';
import { InvalidRequestError } from '../../errors.ts';
import { TEXT_OK } from '../../schema/answers.ts';
import { AppIdInPath, Flag, Forcible, Id } from '../../schema/inputs.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes that do something with an app or one of its services, and answer when it is done. */
export function serviceRoutes({ device }: RouteDependencies): readonly Route[] {
  return [
    serviceRoute({
      path: '/v2/applications/:appId/restart-service',
      summary: 'Removes the container of a service and creates it again',
      act: (...service) => device.restartService(...service),
    }),
    serviceRoute({
      path: '/v2/applications/:appId/stop-service',
      summary: 'Stops the container of a service, until the supervisor restarts or its target changes',
      act: (...service) => device.stopService(...service),
    }),
    serviceRoute({
      path: '/v2/applications/:appId/start-service',
      summary: 'Starts the container of a service',
      act: (...service) => device.startService(...service),
    }),
    appRoute({
      path: '/v2/applications/:appId/restart',
      summary: 'Removes the containers of an app and creates them again; volumes stay',
      act: (...app) => device.restartApp(...app),
    }),
    appRoute({
      path: '/v2/applications/:appId/purge',
      summary: 'Removes the volumes of an app with all their data, and creates its containers again',
      act: (...app) => device.purgeApp(...app),
    }),
  ];

  function serviceRoute({ path, summary, act }: ServiceRoute): Route {
    return defineRoute({
      method: 'POST',
      path,
      subject: 'Services',
      summary,
      scope: 'app',
      input: { params: AppIdParams, body: ServiceBody },
      answers: () => ({ 200: TEXT_OK }),
      failures: FAILURES,
      async handle({ input: { params, body }, access, context }) {
        requireApp(access, params.appId);
        const app = findApp(device.state().apps, params.appId);
        await act(app.id, findService(app, body), { force: body.force });
        return context.text('OK');
      },
    });
  }

  function appRoute({ path, summary, act }: AppRoute): Route {
    return defineRoute({
      method: 'POST',
      path,
      subject: 'Services',
      summary,
      scope: 'app',
      input: { params: AppIdParams, body: Forcible },
      answers: () => ({ 200: TEXT_OK }),
      failures: FAILURES,
      async handle({ input: { params, body }, access, context }) {
        requireApp(access, params.appId);
        await act(findApp(device.state().apps, params.appId).id, body);
        return context.text('OK');
      },
    });
  }
}

interface ServiceRoute extends Pick<Route, 'path' | 'summary'> {
  readonly act: (appId: number, service: string, options: { readonly force: boolean }) => Promise<void>;
}

interface AppRoute extends Pick<Route, 'path' | 'summary'> {
  readonly act: (appId: number, options: { readonly force: boolean }) => Promise<void>;
}

const AppIdParams = z.object({ appId: AppIdInPath });

const ServiceBody = z
  .object({
    serviceName: z
      .string('must be the name of a service')
      .min(1, 'must be the name of a service')
      .nullish()
      .meta({ description: 'The service, by name' }),
    imageId: Id.nullish().meta({ description: 'The service, by the id of its image' }),
    force: Flag,
  })
  .meta({ id: 'ServiceRequest', examples: [{ serviceName: 'main', force: false }] });

const FAILURES = { 400: 'json', 404: 'json', 423: 'json', 503: 'json' } as const;

/** @throws AppNotFoundError */
function findApp(apps: readonly AppState[], appId: number): AppState {
  const app = apps.find(({ id }) => id === appId);
  if (app === undefined) throw new AppNotFoundError(appId);
  return app;
}

/** @throws InvalidRequestError, ServiceNotFoundError */
function findService({ id, services }: AppState, { serviceName, imageId }: z.output<typeof ServiceBody>): string {
  if (serviceName == null && imageId == null)
    throw new InvalidRequestError('serviceName or imageId: one must be given');
  const service = services.find((one) => (serviceName == null ? one.imageId === imageId : one.name === serviceName));
  if (service === undefined) throw new ServiceNotFoundError(id, serviceName ?? `with image ${imageId}`);
  return service.name;
}
