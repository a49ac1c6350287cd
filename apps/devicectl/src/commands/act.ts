import { createInterface } from 'node:readline/promises';
import { dataOf } from '@device-supervisor/api-client';
import { plainText } from '@device-supervisor/views';
import { EXIT, findApp, show, UsageError, type ActOptions } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';

/** Removes the volumes of an app, after a question. */
export async function purge(
  context: Context,
  { app, force, yes }: ActOptions & { readonly yes: boolean },
): Promise<number> {
  const { appId, name } = await findApp(context, app);
  if (!yes) await confirm(context, `Remove all volumes of ${plainText(name)}, with all their data?`);
  const params = { path: { appId: String(appId) } };
  await dataOf(
    context.client.http.POST('/v2/applications/{appId}/purge', { params, body: { force }, parseAs: 'text' }),
  );
  show(context, { app: name, action: 'purge' }, () => [`Purged ${plainText(name)}`]);
  return EXIT.done;
}

/** @throws UsageError the user declined, or cannot be asked */
async function confirm({ isInteractive, input, notes, signal }: Context, question: string): Promise<void> {
  if (!isInteractive) throw new UsageError('this removes data', 'Confirm it by --yes.');
  const terminal = createInterface({ input, output: notes });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was removed');
  } finally {
    terminal.close();
  }
}

/** Looks for a new target and applies it, or cancels the apply that runs. */
export async function update(
  context: Context,
  body: { readonly force: boolean; readonly cancel: boolean },
): Promise<number> {
  const { response } = await context.client.http.POST('/v1/update', { body, parseAs: 'text' });
  const isIgnored = response.status === 202;
  show(context, { accepted: !isIgnored }, () => [
    isIgnored
      ? 'The device looks for updates at its own times only (SUPERVISOR_INSTANT_UPDATE_TRIGGER); --force overrides that'
      : body.cancel
        ? 'Cancelled: nothing more of the update begins'
        : 'The device looks for its target: see devicectl events -f',
  ]);
  return EXIT.done;
}
