import { setTimeout as delay } from 'node:timers/promises';
import { LeftoversError } from '../errors.ts';
import { isRunning, signalProcess } from '../session/process-identity.ts';
import type { Session } from '../session/session.ts';
import type { Run } from './run.ts';
import { startSession } from './start-session.ts';

/** How long another process may take to stop everything, in milliseconds. */
const OWNER_DEADLINE = 180_000;
const LOOK_INTERVAL = 200;

/** Takes a session away, and says what stays. */
export async function stopSession(session: Session, { options, place, say }: Run): Promise<void> {
  const { screen } = place;
  const { removedVolumes, keptVolumes } = await session.stop({ volumes: options.volumes, onProgress: say });
  if (removedVolumes.length > 0) say(`Removed ${volumes(removedVolumes)}`);
  if (keptVolumes.length > 0) {
    say(
      `Kept ${volumes(keptVolumes)} for the next start; npm start -- --stop --volumes removes ${keptVolumes.length === 1 ? 'it' : 'them'}`,
    );
  }
  screen.print('Stopped');
}

/**
 * Stops what earlier processes left running, or asks the one that looks after it to do so.
 *
 * @param isOwner nobody else looks after it
 * @returns exit code
 */
export async function stopRecordedSession(run: Run, { isOwner }: { readonly isOwner: boolean }): Promise<number> {
  const { file, options, place } = run;
  if (!isOwner) return await askOwnerToStop(run);
  const record = await file.read();
  const hasVolumes = options.volumes && (record?.volumes.length ?? 0) > 0;
  if (record === null || (record.supervisor === null && record.owner === null && !hasVolumes)) {
    place.screen.print('Nothing is running');
    return 0;
  }
  await stopSession(await startSession(run), run);
  return 0;
}

function volumes(names: readonly string[]): string {
  return `${names.length === 1 ? 'the volume' : 'the volumes'} ${names.join(', ')}`;
}

async function askOwnerToStop({ file, place, say, interruption }: Run): Promise<number> {
  const owner = (await file.read())?.owner ?? null;
  if (owner === null) {
    place.screen.print('Another npm start is about to start; end it with Ctrl-C where it runs');
    return 1;
  }
  say(`Asking the npm start that looks after it (process ${owner.pid}) to stop`);
  await signalProcess(owner, 'SIGTERM');
  const end = performance.now() + OWNER_DEADLINE;
  while (await isRunning(owner)) {
    if (performance.now() > end) throw new LeftoversError([`process ${owner.pid}`]);
    await delay(LOOK_INTERVAL, undefined, { signal: interruption.signal });
  }
  place.screen.print('Stopped');
  return 0;
}
