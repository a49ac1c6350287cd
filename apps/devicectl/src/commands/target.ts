import { dataOf, type TargetStateV2 } from '@device-supervisor/api-client';
import { EXIT, show, UsageError } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';
import { readObject } from './read-json.ts';

/** The target of the device. It is a document, so people see it as programs do. */
export async function showTarget(context: Context): Promise<number> {
  const { state } = await dataOf(context.client.http.GET('/v2/local/target-state'));
  show(context, state, () => JSON.stringify(state, null, 2).split('\n'));
  return EXIT.done;
}

/** Sets the target of a device in local mode. */
export async function setTarget(
  context: Context,
  file: string,
  { force }: { readonly force: boolean },
): Promise<number> {
  const target = await readTarget(context, file);
  const body = { ...target, force };
  const answer = await dataOf(context.client.http.POST('/v2/local/target-state', { body }));
  show(context, answer, () => ['The device applies it now: see devicectl events -f']);
  return EXIT.done;
}

/**
 * A target in format v2. The device checks what is in it, and names every fault.
 *
 * @throws FileError, UsageError
 */
export async function readTarget(context: Context, file: string): Promise<TargetStateV2> {
  const target = await readObject(context, file);
  if (!isTarget(target)) throw new UsageError(`${file} holds no target state`, 'It is {"local": {"apps": {…}}}.');
  return target;
}

function isTarget(value: object): value is TargetStateV2 {
  return 'local' in value;
}
