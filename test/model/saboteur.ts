import {
  EngineRequestError,
  EngineUnreachableError,
  NameConflictError,
  NoSpaceError,
  NotFoundError,
} from '@device-supervisor/engine';
import type { WriteKind } from '@device-supervisor/engine/testing';
import * as fc from 'fast-check';

/** How a call on an engine fails, by what its caller gets to see. */
export type Fault = (typeof FAULTS)[number];

const FAULTS = ['conflict', 'not-found', 'internal', 'no-space', 'time-out', 'lost-answer'] as const;

export const arbitraryFault: fc.Arbitrary<Fault> = fc.constantFrom(...FAULTS);

/** The engine's calls that change something. */
export const WRITE_KINDS = [
  'pullImage',
  'removeImage',
  'createNetwork',
  'removeNetwork',
  'createVolume',
  'removeVolume',
  'createContainer',
  'putFiles',
  'connectNetwork',
  'startContainer',
  'stopContainer',
  'removeContainer',
  'renameContainer',
  'updateContainer',
] as const satisfies readonly WriteKind[];

/** Makes calls fail, and lets things happen after a number of calls. */
export interface Saboteur {
  /** The next call of the kind fails; several add up. */
  fail(kind: WriteKind, fault: Fault): void;
  /** Calls back when so many more writes have been made. */
  after(writes: number, happen: () => void): void;
  /** Calls off what has not happened yet. */
  rest(): void;
  /** Makes a call, or lets it fail. */
  perform<Result>(kind: WriteKind, call: () => Promise<Result>): Promise<Result>;
}

export function createSaboteur(): Saboteur {
  let faults: { readonly kind: WriteKind; readonly fault: Fault }[] = [];
  let countdowns: { writes: number; readonly happen: () => void }[] = [];

  async function perform<Result>(kind: WriteKind, call: () => Promise<Result>): Promise<Result> {
    const armed = faults.find((one) => one.kind === kind);
    if (armed === undefined) return await call();
    faults = faults.filter((one) => one !== armed);
    if (armed.fault === 'lost-answer') await call();
    throw errorOf(armed.fault, kind);
  }

  return {
    fail: (kind, fault) => void faults.push({ kind, fault }),
    after: (writes, happen) => void countdowns.push({ writes, happen }),
    rest() {
      faults = [];
      countdowns = [];
    },
    async perform(kind, call) {
      try {
        return await perform(kind, call);
      } finally {
        for (const countdown of countdowns) countdown.writes--;
        const due = countdowns.filter(({ writes }) => writes <= 0);
        countdowns = countdowns.filter(({ writes }) => writes > 0);
        for (const { happen } of due) happen();
      }
    },
  };
}

function errorOf(fault: Fault, kind: WriteKind): Error {
  switch (fault) {
    case 'conflict':
      return new NameConflictError('container', 'another');
    case 'not-found':
      return new NotFoundError('container', 'this one');
    case 'internal':
      return new EngineRequestError(`POST /${kind}`, 500, 'internal error');
    case 'no-space':
      return new NoSpaceError('no space left on device');
    case 'time-out':
      return new EngineUnreachableError('memory:', 'no answer within 60 s');
    case 'lost-answer':
      return new EngineUnreachableError('memory:', 'socket hang up');
  }
}
