import { isInterruption, listenForInterruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import { StartError, SupervisorLostError } from '../errors.ts';
import type { Project } from '@device-supervisor/compose-project';
import { ownStateFolder } from '../session/own-state-folder.ts';
import type { Session } from '../session/session.ts';
import { sessionFile } from '../session/session-record.ts';
import { prepareStateFolder } from '../session/state-folder.ts';
import { applyAndFollow } from './apply-and-follow.ts';
import { confirmReplacement } from './confirm-replacement.ts';
import { joinSession } from './join-session.ts';
import { statePath, type Place } from './place.ts';
import { readProject } from './read-project.ts';
import type { Run } from './run.ts';
import { startSession } from './start-session.ts';
import { stopRecordedSession, stopSession } from './stop-session.ts';
import { LISTEN_ALL_WARNING } from './summary.ts';

/** Carries out what the options ask for. @returns exit code */
export async function runLocalMode(options: Options, place: Place): Promise<number> {
  const { screen } = place;
  if (process.platform !== 'linux') {
    throw new StartError(`containers on ${process.platform} cannot reach a supervisor on this machine`, {
      hint: 'Use Linux, also in a virtual machine',
    });
  }
  const project = options.stop ? null : await readProject(options, place);
  let session: Session | null = null;
  using interruption = listenForInterruption(place.output, () => giveUp(place, session));
  const state = await prepareStateFolder(statePath(options, place));
  const run: Run = {
    options,
    place,
    state,
    interruption,
    file: sessionFile(state.directory),
    say: (message) => screen.print(screen.paint('dim', `· ${message}`)),
  };
  await using ownership = await ownStateFolder(state.directory);
  if (project === null) return await stopRecordedSession(run, ownership);
  await confirmReplacement(project, run);
  if (ownership === null) return await joinSession(project, run);
  try {
    session = await startSession(run);
  } catch (error) {
    // A Ctrl-C may also end programs that were run meanwhile.
    if (!isInterruption(error) && !interruption.signal.aborted) throw error;
    screen.print('Interrupted before anything was changed');
    return INTERRUPTED;
  }
  return await ownProject(project, session, run);
}

/** Exit code of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

async function ownProject(project: Project, session: Session, run: Run): Promise<number> {
  const { options, place } = run;
  const leaves = options.detach || options.keep;
  if (options.listenAll) place.screen.print(place.screen.paint('yellow', LISTEN_ALL_WARNING));
  try {
    const stopHint = options.keep ? 'npm start -- --stop; Ctrl-C leaves everything running' : null;
    const succeeded = await applyAndFollow(project, { ...session, stopHint }, run);
    await session.release();
    return succeeded ? 0 : 1;
  } catch (error) {
    if (error instanceof SupervisorLostError) {
      await session.release();
      run.say('The containers stay as they are: npm start continues with them, npm start -- --stop removes them');
      throw error;
    }
    if (leaves) {
      await session.release();
      place.screen.print(`Left running: ${session.describe()}. Stop it with npm start -- --stop`);
    } else {
      await stopSession(session, project.name, run);
    }
    if (!isInterruption(error)) throw error;
    return 0;
  }
}

/** A second Ctrl-C ends the process at once. */
function giveUp({ screen }: Place, session: Session | null): void {
  screen[Symbol.dispose]();
  if (session !== null) screen.print(`Left as it is: ${session.describe()}. npm start -- --stop removes it`);
  process.exit(INTERRUPTED);
}
