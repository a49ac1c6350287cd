import { createSemaphore } from '@device-supervisor/primitives';
import { ServerBusyError } from '../errors.ts';

/** The bodies that all requests together hold in memory. */
export interface Intake {
  /** An upload that holds nothing yet. @param expected bytes that are to come */
  open(expected?: number): Upload;
}

/** Disposing of it gives its bytes back. */
export interface Upload extends Disposable {
  /** @throws ServerBusyError when all uploads together would hold too much, or the process has no memory for this one */
  add(bytes: number): void;
  /** Bytes that are not needed any more. */
  drop(): void;
  /** Decodes the body and works with it: at once for a small one, one after the other for large ones. */
  inTurn<Body, Result>(decode: () => Body, work: (body: Body) => Result | Promise<Result>): Promise<Result>;
}

/** The memory of this process. */
export interface ProcessMemory {
  /** Frees what is garbage now. */
  collectGarbage(): void;
  /** Bytes that the process may still take before the kernel ends it. */
  available(): number;
}

/** The runtime collects garbage when it likes, and its process may take what it needs. */
const UNBOUNDED: ProcessMemory = { collectGarbage: () => undefined, available: () => Number.POSITIVE_INFINITY };

/** Bytes of large bodies in memory: one target, which takes several times its size while it is decoded. */
const MOST_LARGE = 12 * 1024 * 1024;
/** Bytes of all others, which have room of their own: an action continues beside targets. */
const MOST_SMALL = 4 * 1024 * 1024;
/** Bytes that a body of any route may have. */
const SMALL = 256 * 1024;
/** Bytes of a body whose decoding takes noticeable memory. */
const NOTICEABLE = 1024 * 1024;

/**
 * Memory that a target takes, as a multiple of its size: measured with services that run and are replaced by it, until the
 * engine has been looked at again, while garbage is collected as soon as memory is short.
 */
const WORKING_SIZE = 5;

/** @param memory where what large bodies leave behind is freed, and asked whether there is room for the next one */
export function createIntake(memory: ProcessMemory = UNBOUNDED): Intake {
  const turns = createSemaphore(1);
  const held = { small: 0, large: 0 };

  /** @param present bytes of it that are in memory @throws ServerBusyError when the process has no memory for the body */
  const makeRoom = (bytes: number, present = 0): void => {
    const needed = bytes * WORKING_SIZE - present;
    if (memory.available() >= needed) return;
    memory.collectGarbage();
    if (memory.available() >= needed) return;
    const size = Math.ceil(bytes / NOTICEABLE);
    throw new ServerBusyError(`the device has too little free memory for a body of ${size} MB now`);
  };

  return {
    open(expected = 0) {
      let own = 0;
      const drop = (): void => {
        held[poolOf(own)] -= own;
        own = 0;
      };
      const collect = (): void => {
        if (own > NOTICEABLE) memory.collectGarbage();
      };
      return {
        add(bytes) {
          const next = own + bytes;
          const pool = poolOf(next);
          const others = held[pool] - (poolOf(own) === pool ? own : 0);
          if (others + next > LIMITS[pool]) throw new ServerBusyError('other requests hold too much memory');
          if (own <= NOTICEABLE && next > NOTICEABLE) {
            // The remains of earlier bodies go before this one takes memory.
            memory.collectGarbage();
            makeRoom(Math.max(expected, next));
          }
          held[poolOf(own)] -= own;
          held[pool] += next;
          own = next;
        },
        drop,
        async inTurn(decode, work) {
          if (own <= NOTICEABLE) return await work(decode());
          return await turns.run(async () => {
            try {
              // While it came, the device went on with the one before, which may have taken the room.
              makeRoom(own, own);
              const body = decode();
              collect();
              return await work(body);
            } finally {
              collect();
            }
          });
        },
        [Symbol.dispose]: drop,
      };
    },
  };
}

const LIMITS = { small: MOST_SMALL, large: MOST_LARGE } as const;

function poolOf(bytes: number): keyof typeof LIMITS {
  return bytes > SMALL ? 'large' : 'small';
}
