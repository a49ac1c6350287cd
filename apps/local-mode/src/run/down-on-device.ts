import { setTimeout as delay } from 'node:timers/promises';
import { dataOf } from '@device-supervisor/api-client';
import { EMPTY_TARGET, LOCAL_APP_ID } from '@device-supervisor/compose-project';
import { EXIT } from '@device-supervisor/views/command-line';
import { listenForInterruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import { asking, openContext, type Context } from '../commands/context.ts';
import { deviceTarget, type Target } from '../commands/target.ts';
import { removeAppVolumes } from '../engine/leftovers.ts';
import { LeftoversError } from '../errors.ts';
import { createSupervisorClient, type SupervisorClient } from '../supervisor/supervisor-client.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';
import { openEngine } from './up-on-device.ts';

/** How long containers may take to stop, in milliseconds: more than the engine's ten seconds for each. */
const EMPTY_DEADLINE = 90_000;
const LOOK_INTERVAL = 200;

/**
 * Removes the app that runs on a device in local mode, and with `--volumes` its volumes.
 *
 * @param device as it was typed
 * @returns exit code
 * @throws LeftoversError when the device does not get there in time
 */
export async function downOnDevice(options: Options, device: string, place: Place): Promise<number> {
  const target = deviceTarget(device, options.engine);
  using interruption = listenForInterruption(place.output, () => process.exit(EXIT.interrupted));
  const { signal } = interruption;
  const retry = place.installation.command(`down --device ${device}`);
  return await asking(target, () => empty(target, { options, place, signal, retry }), signal);
}

async function empty(
  target: Target,
  { options, place, signal, retry }: Pick<Run, 'options' | 'place'> & { signal: AbortSignal; retry: string },
): Promise<number> {
  const { client } = openContext(target, { place, options, signal });
  const volumes = options.volumes ? await volumesOf(client) : [];
  const engine = volumes.length > 0 ? await openEngine(target.engineEndpoint) : null;
  const supervisor = createSupervisorClient(target.address);
  await supervisor.setTarget({ local: { ...(await supervisor.device()), ...EMPTY_TARGET.local } });
  await emptied(supervisor, { signal, retry });
  const removed = engine === null ? [] : await removeAppVolumes(engine, volumes);
  if (removed.length > 0) place.screen.print(`Removed the volumes ${removed.join(', ')}`);
  place.screen.print('Stopped');
  return EXIT.done;
}

/** Names of the volumes of the app, as its target has them. */
async function volumesOf({ http }: Context['client']): Promise<readonly string[]> {
  const { state } = await dataOf(http.GET('/v2/local/target-state'));
  const volumes: unknown = state.local.apps[LOCAL_APP_ID]?.['volumes'];
  return typeof volumes === 'object' && volumes !== null ? Object.keys(volumes) : [];
}

async function emptied(
  supervisor: SupervisorClient,
  { signal, retry }: { readonly signal: AbortSignal; readonly retry: string },
): Promise<void> {
  for (const end = performance.now() + EMPTY_DEADLINE; ;) {
    const { applying, services } = await supervisor.status();
    if (!applying && services.size === 0) return;
    if (performance.now() > end) throw new LeftoversError([...services.keys()], retry);
    await delay(LOOK_INTERVAL, undefined, { signal });
  }
}
