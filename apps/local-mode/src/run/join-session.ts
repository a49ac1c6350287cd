import { setTimeout as delay } from 'node:timers/promises';
import type { Installation } from '../cli/installation.ts';
import { isInterruption } from '../cli/interruption.ts';
import { connectEngine } from '../engine/connect-engine.ts';
import { StartError } from '../errors.ts';
import type { Project } from '@device-supervisor/compose-project';
import { isRunning } from '../session/process-identity.ts';
import { withProject, type SessionFile, type SessionRecord } from '../session/session-record.ts';
import { volumePrefix } from '../session/project-volumes.ts';
import { createLocalClient } from '../supervisor/supervisor-client.ts';
import { endOfSupervisor } from '../supervisor/supervisor-process.ts';
import { applyAndFollow, type RunningSession } from './apply-and-follow.ts';
import { buildDevice } from './build-device.ts';
import type { Run } from './run.ts';

/** How long another process may take to start, in milliseconds: it may be installing an engine. */
const START_DEADLINE = 300_000;
const LOOK_INTERVAL = 200;

/**
 * Applies a project to the supervisor of another process. Leaving changes nothing there.
 *
 * @returns exit code
 * @throws StartError when the other process is not ready in time
 */
export async function joinSession(project: Project, run: Run): Promise<number> {
  const session = await findSession(run);
  try {
    return (await applyAndFollow(project, session, run)) ? 0 : 1;
  } catch (error) {
    if (!isInterruption(error)) throw error;
    run.say('Left; the services keep running');
    return 0;
  }
}

async function findSession({ file, interruption, place, say, state }: Run): Promise<RunningSession> {
  const { signal } = interruption;
  const end = performance.now() + START_DEADLINE;
  const { command } = place.installation;
  let isAnnounced = false;
  while (performance.now() < end) {
    signal.throwIfAborted();
    const record = await file.read();
    const session = record === null ? null : await sessionOf(record, { file, command, logFile: state.logFile });
    if (session !== null) {
      say(`Using the supervisor of another ${command()} (process ${record?.owner?.pid ?? 'unknown'})`);
      return session;
    }
    if (!isAnnounced) say(`Another ${command()} is about to start the supervisor; waiting for it`);
    isAnnounced = true;
    await delay(LOOK_INTERVAL, undefined, { signal });
  }
  throw new StartError(`the supervisor of another ${command()} did not start in time`, {
    hint: 'End it, or give this one a folder of its own with --state',
  });
}

/** `null`: its supervisor does not answer yet. */
async function sessionOf(
  { owner, engine, supervisor }: SessionRecord,
  {
    file,
    command,
    logFile,
  }: { readonly file: SessionFile; readonly command: Installation['command']; readonly logFile: string },
): Promise<RunningSession | null> {
  if (supervisor === null || !(await isRunning(supervisor.process))) return null;
  const client = createLocalClient(supervisor.port);
  if (!(await client.isAlive())) return null;
  return {
    client,
    engine: connectEngine(engine.endpoint),
    engineEndpoint: engine.endpoint,
    device: buildDevice(process.arch),
    prefixVolumes: volumePrefix,
    endOfSupervisor: () => endOfSupervisor(supervisor.process, logFile),
    async recordProject(project) {
      const record = await file.read();
      if (record !== null) await file.write(withProject(record, project));
    },
    stopHint: `in the ${command()} that was first (process ${owner?.pid ?? 'unknown'}), or ${command('down')}; Ctrl-C only leaves`,
  };
}
