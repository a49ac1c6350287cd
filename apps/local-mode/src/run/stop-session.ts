import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '@device-supervisor/views/command-line';
import { LeftoversError } from '../errors.ts';
import { ownStateFolder } from '../session/own-state-folder.ts';
import { signalProcess } from '../session/process-identity.ts';
import { describeVolumes, type ProjectVolume } from '../session/project-volumes.ts';
import type { Session } from '../session/session.ts';
import type { Run } from './run.ts';
import { startSession } from './start-session.ts';

/** How long another process may take to stop everything, in milliseconds. */
const OWNER_DEADLINE = 180_000;
const LOOK_INTERVAL = 200;

/**
 * Stops a session, and prints what stays.
 *
 * @param project whose volumes `--volumes` removes
 */
export async function stopSession(
  session: Session,
  project: string | null,
  { options, place, say }: Run,
): Promise<void> {
  const { screen } = place;
  const { removedVolumes, keptVolumes } = await session.stop({
    removeVolumesOf: options.volumes ? project : null,
    onProgress: say,
  });
  if (removedVolumes.length > 0) say(`Removed ${describeVolumes(removedVolumes)}`);
  if (keptVolumes.length > 0) {
    const names = new Set(keptVolumes.map((volume) => volume.project));
    const choice = names.size === 1 ? '' : ` -p ${[...names].join('|')}`;
    const object = keptVolumes.length === 1 ? 'it' : 'them';
    say(
      `Kept ${describeVolumes(keptVolumes)} for the next start; ${place.installation.command(`down --volumes${choice}`)} removes ${object}`,
    );
  }
  screen.print('Stopped');
}

/**
 * Stops what earlier processes left running. A process that still owns the session stops it itself, on request.
 *
 * @param ownership `null`: another process owns the session
 * @returns exit code
 * @throws LeftoversError when that process does not end
 * @throws UsageError when `--volumes` does not say which project's
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
  const project = options.projectName ?? record.project?.name ?? onlyProject(record.volumes);
  if (options.volumes && project === null) {
    throw new UsageError(
      `--volumes does not say whose: there are ${describeVolumes(record.volumes)}`,
      'Name the project whose volumes go with -p',
    );
  }
  await stopSession(await startSession(run), project, run);
  return 0;
}

/** The project that owns all these volumes; `null`: there are several. */
function onlyProject(volumes: readonly ProjectVolume[]): string | null {
  const [first, ...others] = new Set(volumes.map(({ project }) => project));
  return others.length > 0 ? null : (first ?? null);
}

/** Asks the process that owns a session to stop it, and waits until it has ended. */
async function takeOwnership({ file, place, state, say, interruption }: Run): Promise<AsyncDisposable> {
  const end = performance.now() + OWNER_DEADLINE;
  let asked = false;
  const { command } = place.installation;
  for (;;) {
    const ownership = await ownStateFolder(state.directory);
    if (ownership !== null) return ownership;
    const owner = (await file.read())?.owner ?? null;
    if (performance.now() > end) {
      throw new LeftoversError(
        [owner === null ? `another ${command()}` : `${command()} (process ${owner.pid})`],
        command('down'),
      );
    }
    if (owner !== null && !asked) {
      say(`Asking the ${command()} that owns it (process ${owner.pid}) to stop`);
      // Unlike the other signals, this one may reach a process that is stopping already.
      await signalProcess(owner, 'SIGHUP');
      asked = true;
    }
    await delay(LOOK_INTERVAL, undefined, { signal: interruption.signal });
  }
}
