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
  /** Decodes the body and works with it: at once for a small one, one after the other for large ones. */
  inTurn<Body, Result>(decode: () => Body, work: (body: Body) => Result | Promise<Result>): Promise<Result>;
}

export interface IntakeOptions {
  /** Frees what decoding left behind, where that is noticeable. Default: the collector of the runtime, when it likes. */
  readonly collectGarbage?: () => void;
}

/** Bytes of large bodies in memory: one target, which takes several times its size while it is decoded. */
const MOST_LARGE = 12 * 1024 * 1024;
/** Bytes of all others, which have room of their own: an action continues beside targets. */
const MOST_SMALL = 4 * 1024 * 1024;
/** Bytes that a body of any route may have. */
const SMALL = 256 * 1024;
/** Bytes of a body whose decoding takes noticeable memory. */
const NOTICEABLE = 1024 * 1024;

export function createIntake({ collectGarbage = () => undefined }: IntakeOptions = {}): Intake {
  const turns = createSemaphore(1);
  const held = { small: 0, large: 0 };
  return {
    open() {
      let own = 0;
      const drop = (): void => {
        held[poolOf(own)] -= own;
        own = 0;
      };
      const collect = (): void => {
        if (own > NOTICEABLE) collectGarbage();
      };
      return {
        add(bytes) {
          const next = own + bytes;
          const pool = poolOf(next);
          const others = held[pool] - (poolOf(own) === pool ? own : 0);
          if (others + next > LIMITS[pool]) throw new ServerBusyError('other requests hold too much memory');
          // The remains of earlier bodies make room before this one takes it.
          if (own <= NOTICEABLE && next > NOTICEABLE) collectGarbage();
          held[poolOf(own)] -= own;
          held[pool] += next;
          own = next;
        },
        drop,
        async inTurn(decode, work) {
          if (own <= NOTICEABLE) return await work(decode());
          return await turns.run(async () => {
            try {
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
