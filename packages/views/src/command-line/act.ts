import { plainText } from '../format-table.ts';
import { show, type DeviceContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { findApp, findAppOf } from './find-service.ts';

export interface ActOptions {
  readonly app: string | undefined;
  /** Whatever update locks are held. */
  readonly force: boolean;
}

const PAST = { restart: 'Restarted', stop: 'Stopped', start: 'Started' } as const;
export type ServiceAction = keyof typeof PAST;

/** Does something with a service; returns when it is done. @returns exit code */
export async function actOnService(
  context: DeviceContext,
  { action, service }: { readonly action: ServiceAction; readonly service: string },
  { app, force }: ActOptions,
): Promise<number> {
  const { appId, name } = await findAppOf(context, service, app);
  await context.client.http.POST(`/v2/applications/{appId}/${action}-service`, {
    params: { path: { appId: String(appId) } },
    body: { serviceName: service, force },
    parseAs: 'text',
  });
  show(context, { app: name, service, action }, () => [`${PAST[action]} ${service} of ${plainText(name)}`]);
  return EXIT.done;
}

/** Restarts all services of an app. @returns exit code */
export async function restartApp(context: DeviceContext, { app, force }: ActOptions): Promise<number> {
  const { appId, name } = await findApp(context, app);
  const params = { path: { appId: String(appId) } };
  await context.client.http.POST('/v2/applications/{appId}/restart', { params, body: { force }, parseAs: 'text' });
  show(context, { app: name, action: 'restart' }, () => [`Restarted ${plainText(name)}`]);
  return EXIT.done;
}
