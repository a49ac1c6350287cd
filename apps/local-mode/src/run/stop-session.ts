import { setTimeout as delay } from 'node:timers/promises';
import { LeftoversError } from '../errors.ts';
import { ownStateFolder } from '../session/own-state-folder.ts';
import { signalProcess } from '../session/process-identity.ts';
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
 * Stops what earlier processes left running; one that looks after it is asked to do so itself.
 *
 * @param ownership `null`: another process looks after it
 * @returns exit code
 * @throws LeftoversError when that process does not end
 */
export async function stopRecordedSession(run: Run, ownership: AsyncDisposable | null): Promise<number> {
  const { file, options, place } = run;
  await using _ownership = ownership ?? (await takeOwnership(run));
  const record = await file.read();
  const hasVolumes = options.volumes && (record?.volumes.length ?? 0) > 0;
  if (record === null || (record.supervisor === null && !hasVolumes)) {
    place.screen.print(ownership === null ? 'Stopped' : 'Nothing is running');
    return 0;
  }
  await stopSession(await startSession(run), run);
  return 0;
}

/** Asks the process that looks after a session to stop it, and waits until it has ended. */
async function takeOwnership({ file, state, say, interruption }: Run): Promise<AsyncDisposable> {
  const end = performance.now() + OWNER_DEADLINE;
  let asked = false;
  for (;;) {
    const ownership = await ownStateFolder(state.directory);
    if (ownership !== null) return ownership;
    const owner = (await file.read())?.owner ?? null;
    if (performance.now() > end) {
      throw new LeftoversError([owner === null ? 'another npm start' : `npm start (process ${owner.pid})`]);
    }
    if (owner !== null && !asked) {
      say(`Asking the npm start that looks after it (process ${owner.pid}) to stop`);
      // Unlike the other signals, it does no harm to a process that is stopping already.
      await signalProcess(owner, 'SIGHUP');
      asked = true;
    }
    await delay(LOOK_INTERVAL, undefined, { signal: interruption.signal });
  }
}

function volumes(names: readonly string[]): string {
  return `${names.length === 1 ? 'the volume' : 'the volumes'} ${names.join(', ')}`;
}
