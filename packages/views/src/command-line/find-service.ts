import type { AppState } from '@device-supervisor/api-client';
import { UsageError } from './errors.ts';
import type { DeviceContext } from './context.ts';

/** The app that is meant by its name, id or uuid; without one the only app that the key sees. @throws UsageError */
export async function findApp({ client }: Pick<DeviceContext, 'client'>, name: string | undefined): Promise<AppState> {
  const apps = await appsOf(client);
  const found = name === undefined ? apps : apps.filter((app) => isNamed(app, name));
  const [app, another] = found;
  if (app !== undefined && another === undefined) return app;
  const known = apps.map((one) => `${one.name} (${one.appId})`).join(', ');
  if (found.length > 1) throw new UsageError('there are several apps', `Name one by --app: ${known}.`);
  throw new UsageError(
    name === undefined ? 'the device has no app, or the key sees none' : `there is no app ${name}`,
    ...(known === '' ? [] : [`There are ${known}.`]),
  );
}

/** The app with a service of this name. @throws UsageError */
export async function findAppOf(context: DeviceContext, service: string, app: string | undefined): Promise<AppState> {
  if (app !== undefined) return requireService(await findApp(context, app), service);
  const apps = await appsOf(context.client);
  const owners = apps.filter(({ services }) => services.some(({ name }) => name === service));
  const [owner, another] = owners;
  if (owner !== undefined && another === undefined) return owner;
  if (another !== undefined) {
    const names = owners.map(({ name, appId }) => `${name} (${appId})`).join(', ');
    throw new UsageError(`several apps have a service ${service}`, `Name one by --app: ${names}.`);
  }
  const names = apps.flatMap(({ services }) => services.map(({ name }) => name)).join(', ');
  throw new UsageError(`there is no service ${service}`, ...(names === '' ? [] : [`There are ${names}.`]));
}

async function appsOf({ http }: DeviceContext['client']): Promise<readonly AppState[]> {
  const { data } = await http.GET('/v3/state');
  return data?.apps ?? [];
}

function requireService(app: AppState, service: string): AppState {
  if (app.services.some(({ name }) => name === service)) return app;
  const names = app.services.map(({ name }) => name).join(', ');
  throw new UsageError(`app ${app.name} has no service ${service}`, `It has ${names}.`);
}

function isNamed({ name, appId, uuid }: AppState, text: string): boolean {
  return name === text || uuid === text || String(appId) === text;
}
