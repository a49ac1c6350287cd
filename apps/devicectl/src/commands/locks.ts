import { dataOf, type Lock } from '@device-supervisor/api-client';
import { formatLocks } from '@device-supervisor/views';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, findAppOf, show } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';

/** Milliseconds between two looks at the locks: they are files, which tell of no change. */
const LOOK_AGAIN = 2_000;

export async function listLocks(context: Context): Promise<number> {
  const answer = await dataOf(context.client.http.GET('/v3/locks'));
  show(context, answer, () => linesOf(context, answer.locks));
  return EXIT.done;
}

/** Prints the locks whenever they have changed. */
export async function watchLocks(context: Context): Promise<number> {
  const { client, json, screen, signal } = context;
  for (let last: string | null = null; !signal.aborted;) {
    const { locks } = await dataOf(client.http.GET('/v3/locks'));
    const current = JSON.stringify(locks);
    if (current !== last) {
      if (json) screen.print(current);
      else for (const line of [...(last === null ? [] : ['']), ...linesOf(context, locks)]) screen.print(line);
    }
    last = current;
    // An abort is how this ends.
    await sleep(LOOK_AGAIN, undefined, { signal }).catch(() => undefined);
  }
  return EXIT.interrupted;
}

export interface TakeOptions {
  readonly app: string | undefined;
  readonly holder: string;
  readonly reason: string;
  readonly ttl: number;
}

export async function takeLock(context: Context, service: string, options: TakeOptions): Promise<number> {
  const { app, holder, reason, ttl: ttlSeconds } = options;
  const { uuid } = await findAppOf(context, service, app);
  const { lock } = await dataOf(
    context.client.http.POST('/v3/apps/{uuid}/locks/{service}', {
      params: { path: { uuid, service } },
      body: { holder, reason, ttlSeconds },
    }),
  );
  show(context, lock, () => linesOf(context, [lock]));
  return EXIT.done;
}

export async function releaseLock(
  context: Context,
  service: string,
  { app, holder }: Pick<TakeOptions, 'app' | 'holder'>,
): Promise<number> {
  const { uuid } = await findAppOf(context, service, app);
  const params = { path: { uuid, service }, query: { holder } };
  const answer = await dataOf(context.client.http.DELETE('/v3/apps/{uuid}/locks/{service}', { params }));
  show(context, answer, () => [`Released the lock of ${service}`]);
  return EXIT.done;
}

function linesOf({ screen, now }: Context, locks: readonly Lock[]): string[] {
  return formatLocks(locks, { paint: screen.paint, now: now() });
}
