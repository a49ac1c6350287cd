import { createSemaphore } from '@device-supervisor/primitives';
import { ServerBusyError } from '../errors.ts';

/** The bodies that all requests together hold in memory. */
export interface Intake {
  /** An upload that holds nothing yet. */
  open(): Upload;
}

/** Disposing of it gives its bytes back. */
export interface Upload extends Disposable {
  /** @throws ServerBusyError when all uploads together would hold too much */
  add(bytes: number): void;
  /** Bytes that are not needed any more. */
  drop(): void;
  /** Does the work with the body: at once for a small one, one after the other for large ones. */
  inTurn<T>(work: () => T | Promise<T>): Promise<T>;
}

/** Bytes of bodies in memory; a target takes several times its size while it is decoded, but only one at a time. */
const MOST_BYTES = 24 * 1024 * 1024;
/** Bytes of a body whose decoding takes noticeable memory. */
const LARGE = 1024 * 1024;

export function createIntake(mostBytes: number = MOST_BYTES): Intake {
  const turns = createSemaphore(1);
  let total = 0;
  return {
    open() {
      let own = 0;
      const drop = (): void => {
        total -= own;
        own = 0;
      };
      return {
        add(bytes) {
          if (total + bytes > mostBytes) throw new ServerBusyError('other requests hold too much memory');
          total += bytes;
          own += bytes;
        },
        drop,
        async inTurn(work) {
          return own > LARGE ? await turns.run(async () => await work()) : await work();
        },
        [Symbol.dispose]: drop,
      };
    },
  };
}
