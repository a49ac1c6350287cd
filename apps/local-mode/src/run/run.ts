import type { Interruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import type { SessionFile } from '../session/session-record.ts';
import type { StateFolder } from '../session/state-folder.ts';
import type { Place } from './place.ts';

/** What every part of a run needs. */
export interface Run {
  readonly options: Options;
  readonly place: Place;
  readonly state: StateFolder;
  readonly file: SessionFile;
  readonly interruption: Interruption;
  /** Says what begins now. */
  say(message: string): void;
}
