import type { DeviceContext } from '@device-supervisor/views/command-line';
import type { Readable, Writable } from 'node:stream';

/** The context of a command. */
export interface Context extends DeviceContext {
  /** Where what is no text goes. */
  readonly output: Writable;
  readonly isTerminal: boolean;
  readonly input: Readable;
  /** Whether a person can answer. */
  readonly isInteractive: boolean;
}
