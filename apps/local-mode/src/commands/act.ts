import { dataOf } from '@device-supervisor/api-client';
import { actOnService, EXIT, restartApp, type ServiceAction } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';
import { requireServices } from './ps.ts';

/**
 * Restarts, stops or starts services, one after the other; a restart without services is one of the whole app.
 *
 * @returns exit code
 * @throws UsageError before anything is done, when there is no such service
 */
export async function act(
  context: Context,
  { action, services }: { readonly action: ServiceAction; readonly services: readonly string[] },
  { force }: { readonly force: boolean },
): Promise<number> {
  const options = { app: undefined, force };
  if (services.length === 0) return await restartApp(context, options);
  const { apps } = await dataOf(context.client.http.GET('/v3/state'));
  requireServices(
    services,
    apps.flatMap((app) => app.services.map(({ name }) => name)),
  );
  for (const service of services) await actOnService(context, { action, service }, options);
  return EXIT.done;
}
