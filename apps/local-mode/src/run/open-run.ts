import type { Interruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import { sessionFile } from '../session/session-record.ts';
import { prepareStateFolder } from '../session/state-folder.ts';
import { statePath, type Place } from './place.ts';
import type { Run } from './run.ts';

/** Makes the state folder, and the context of a run. @throws StartError */
export async function openRun(options: Options, place: Place, interruption: Interruption): Promise<Run> {
  const { screen } = place;
  const state = await prepareStateFolder(statePath(options, place));
  return {
    options,
    place,
    state,
    interruption,
    file: sessionFile(state.directory),
    say: (message) => screen.print(screen.paint('dim', `· ${message}`)),
  };
}
