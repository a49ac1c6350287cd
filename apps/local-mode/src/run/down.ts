import { EXIT } from '@device-supervisor/views/command-line';
import { listenForInterruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import { ownStateFolder } from '../session/own-state-folder.ts';
import { downOnDevice } from './down-on-device.ts';
import { openRun } from './open-run.ts';
import type { Place } from './place.ts';
import { requireLinux } from './require-linux.ts';
import { stopRecordedSession } from './stop-session.ts';

/**
 * Stops what runs, whichever process started it.
 *
 * @returns exit code
 * @throws LeftoversError, UsageError
 */
export async function down(options: Options, place: Place): Promise<number> {
  if (options.device !== null) return await downOnDevice(options, options.device, place);
  requireLinux();
  using interruption = listenForInterruption(place.output, () => process.exit(EXIT.interrupted));
  const run = await openRun(options, place, interruption);
  await using ownership = await ownStateFolder(run.state.directory);
  return await stopRecordedSession(run, ownership);
}
