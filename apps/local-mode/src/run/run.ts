import type { Interruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import type { SessionFile } from '../session/session-record.ts';
import type { StateFolder } from '../session/state-folder.ts';
import type { Place } from './place.ts';

/** The context of a run. */
export interface Run {
  readonly options: Options;
  readonly place: Place;
  readonly state: StateFolder;
  readonly file: SessionFile;
  readonly interruption: Interruption;
  /** Says what begins now. */
  say(message: string): void;
}
