import { dataOf } from '@device-supervisor/api-client';
import { formatHealth, formatPlan, formatState } from '@device-supervisor/views';
import { EXIT, show } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';
import { readTarget } from './target.ts';

export async function status(context: Context): Promise<number> {
  const state = await dataOf(context.client.http.GET('/v3/state'));
  show(context, state, () => formatState(state, { paint: context.screen.paint, now: context.now() }));
  return EXIT.done;
}

/** @param targetFile what an apply of this target would do, instead of what the next apply does */
export async function plan(context: Context, targetFile: string | undefined): Promise<number> {
  const { http } = context.client;
  const answer =
    targetFile === undefined
      ? await dataOf(http.GET('/v3/plan'))
      : await dataOf(http.POST('/v3/plan', { body: await readTarget(context, targetFile) }));
  show(context, answer, () => formatPlan(answer, context.screen.paint));
  return EXIT.done;
}

export async function health(context: Context): Promise<number> {
  const answer = await dataOf(context.client.http.GET('/v3/health/detail'));
  show(context, answer, () => formatHealth(answer, context.screen.paint));
  return answer.ready && answer.conditions.length === 0 ? EXIT.done : EXIT.unhealthy;
}
