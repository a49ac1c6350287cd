import {
  EngineRequestError,
  EngineUnreachableError,
  NameConflictError,
  NoSpaceError,
  NotFoundError,
  ObjectInUseError,
  PortInUseError,
} from '@device-supervisor/engine';
import type { WriteKind } from '@device-supervisor/engine/testing';
import * as fc from 'fast-check';

/** How a call on an engine fails, by what its caller gets to see. */
export type Fault = (typeof FAULTS)[number];

/**
 * - `lost-connection`: it never came to the engine
 * - `lost-answer`: the engine did it
 * - `late`: the engine does it after the next call, when the caller has given up
 */
const FAULTS = [
  'conflict',
  'in-use',
  'port-in-use',
  'not-found',
  'internal',
  'no-space',
  'time-out',
  'lost-connection',
  'lost-answer',
  'late',
] as const;

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

/** Calls of ours that no engine is asked for; they fail as files and databases do. */
export const LOCAL_CALLS = ['acquireLocks', 'releaseLocks', 'clearHandOver', 'saveImage', 'forgetImage'] as const;

export type LocalCall = (typeof LOCAL_CALLS)[number];
export type SabotagedCall = WriteKind | LocalCall | 'observe';

/** Makes calls fail, and lets things happen after a number of calls. */
export interface Saboteur {
  /** The next call of the kind fails; several add up. */
  fail(kind: SabotagedCall, fault: Fault): void;
  /** Calls back when so many more calls have been made. */
  after(calls: number, happen: () => void): void;
  /** Calls off what has not happened yet; what the engine is to do late it does now. */
  rest(): void;
  /** Makes a call, or lets it fail. */
  perform<Result>(kind: SabotagedCall, call: () => Promise<Result>): Promise<Result>;
}

export function createSaboteur(): Saboteur {
  let faults: { readonly kind: SabotagedCall; readonly fault: Fault }[] = [];
  let countdowns: { calls: number; readonly happen: () => void }[] = [];
  let late: (() => Promise<unknown>)[] = [];

  async function perform<Result>(kind: SabotagedCall, call: () => Promise<Result>): Promise<Result> {
    const armed = faults.find((one) => one.kind === kind);
    if (armed === undefined) return await call();
    faults = faults.filter((one) => one !== armed);
    if (armed.fault === 'lost-answer') await call();
    if (armed.fault === 'late') late.push(call);
    throw errorOf(armed.fault, kind);
  }

  /** Ignores the outcome, and does not wait for a download. */
  function catchUp(): void {
    const calls = late;
    late = [];
    for (const call of calls) void call().catch(() => undefined);
  }

  return {
    fail: (kind, fault) => void faults.push({ kind, fault }),
    after: (calls, happen) => void countdowns.push({ calls, happen }),
    rest() {
      faults = [];
      countdowns = [];
      catchUp();
    },
    async perform(kind, call) {
      const earlier = late.length > 0;
      try {
        return await perform(kind, call);
      } finally {
        if (earlier) catchUp();
        for (const countdown of countdowns) countdown.calls--;
        const due = countdowns.filter(({ calls }) => calls <= 0);
        countdowns = countdowns.filter(({ calls }) => calls > 0);
        for (const { happen } of due) happen();
      }
    },
  };
}

function errorOf(fault: Fault, kind: SabotagedCall): Error {
  switch (fault) {
    case 'conflict':
      return new NameConflictError('container', 'another');
    case 'in-use':
      return new ObjectInUseError('image', 'this one', 'another container uses it');
    case 'port-in-use':
      return new PortInUseError({ port: 80, protocol: 'tcp', address: null }, 'address already in use');
    case 'not-found':
      return new NotFoundError('container', 'this one');
    case 'internal':
      return new EngineRequestError(`POST /${kind}`, 500, 'internal error');
    case 'no-space':
      return new NoSpaceError('no space left on device');
    case 'time-out':
    case 'late':
      return new EngineUnreachableError('memory:', 'no answer within 60 s');
    case 'lost-connection':
    case 'lost-answer':
      return new EngineUnreachableError('memory:', 'socket hang up');
  }
}
