import { dataOf } from '@device-supervisor/api-client';
import { formatState } from '@device-supervisor/views';
import { EXIT, show, UsageError } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';

/** Services with their state, and what waits and why. @param services all, when empty @returns exit code */
export async function ps(context: Context, services: readonly string[]): Promise<number> {
  const { client, screen, now } = context;
  const state = await dataOf(client.http.GET('/v3/state'));
  const names = state.apps.flatMap((app) => app.services.map(({ name }) => name));
  requireServices(services, names);
  const isChosen = (name: string | null): boolean =>
    services.length === 0 || (name !== null && services.includes(name));
  const chosen = {
    ...state,
    apps: state.apps.map((app) => ({ ...app, services: app.services.filter(({ name }) => isChosen(name)) })),
    blocked: state.blocked.filter(({ service }) => service === null || isChosen(service)),
    notices: state.notices.filter(({ service }) => isChosen(service)),
  };
  show(context, chosen, () => formatState(chosen, { paint: screen.paint, now: now() }));
  return EXIT.done;
}

/** @throws UsageError */
export function requireServices(chosen: readonly string[], known: readonly string[]): void {
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `there is no service ${unknown}`,
    known.length === 0 ? 'No service runs.' : `There are ${[...new Set(known)].join(', ')}.`,
  );
}
