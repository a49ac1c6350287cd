import { isInterruption, listenForInterruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import { SupervisorLostError } from '../errors.ts';
import { EXIT } from '@device-supervisor/views/command-line';
import type { Project } from '@device-supervisor/compose-project';
import { ownStateFolder } from '../session/own-state-folder.ts';
import type { Session } from '../session/session.ts';
import { applyAndFollow } from './apply-and-follow.ts';
import { confirmReplacement } from './confirm-replacement.ts';
import { joinSession } from './join-session.ts';
import { buildDevice } from './build-device.ts';
import { volumePrefix } from '../session/project-volumes.ts';
import { upOnDevice } from './up-on-device.ts';
import { openRun } from './open-run.ts';
import type { Place } from './place.ts';
import { requireLinux } from './require-linux.ts';
import { readProject } from './read-project.ts';
import type { Run } from './run.ts';
import { startSession } from './start-session.ts';
import { stopSession } from './stop-session.ts';
import { LISTEN_ALL_WARNING } from './summary.ts';

/** Builds a project, applies it, and follows its services unless the options say to detach. @returns exit code */
export async function up(options: Options, place: Place): Promise<number> {
  if (options.device !== null) return await upOnDevice(options, options.device, place);
  const { screen } = place;
  requireLinux();
  const project = await readProject(options, place);
  let session: Session | null = null;
  using interruption = listenForInterruption(place.output, () => giveUp(place, session));
  const run = await openRun(options, place, interruption);
  await using ownership = await ownStateFolder(run.state.directory);
  await confirmReplacement(project, run);
  if (ownership === null) return await joinSession(project, run);
  try {
    session = await startSession(run);
  } catch (error) {
    // A Ctrl-C may also end programs that were run meanwhile.
    if (!isInterruption(error) && !interruption.signal.aborted) throw error;
    screen.print('Interrupted before anything was changed');
    return EXIT.interrupted;
  }
  return await ownProject(project, session, run);
}

async function ownProject(project: Project, session: Session, run: Run): Promise<number> {
  const { options, place } = run;
  const { command } = place.installation;
  const leaves = options.detach || options.keep;
  if (options.listenAll) place.screen.print(place.screen.paint('yellow', LISTEN_ALL_WARNING));
  try {
    const stopHint = options.keep ? `${command('down')}; Ctrl-C leaves everything running` : null;
    const running = { ...session, stopHint, device: buildDevice(process.arch), prefixVolumes: volumePrefix };
    const succeeded = await applyAndFollow(project, running, run);
    await session.release();
    return succeeded ? 0 : 1;
  } catch (error) {
    if (error instanceof SupervisorLostError) {
      await session.release();
      run.say(`The containers stay as they are: ${command()} continues with them, ${command('down')} removes them`);
      throw error;
    }
    if (leaves) {
      await session.release();
      place.screen.print(`Left running: ${session.describe()}. Stop it with ${command('down')}`);
    } else {
      await stopSession(session, project.name, run);
    }
    if (!isInterruption(error)) throw error;
    return 0;
  }
}

/** A second Ctrl-C ends the process at once. */
function giveUp({ screen, installation }: Place, session: Session | null): void {
  screen[Symbol.dispose]();
  if (session !== null)
    screen.print(`Left as it is: ${session.describe()}. ${installation.command('down')} removes it`);
  process.exit(EXIT.interrupted);
}
