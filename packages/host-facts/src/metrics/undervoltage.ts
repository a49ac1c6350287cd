import { hasErrorCode } from '@device-supervisor/errors';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Looks for the kernel's complaints about a supply voltage that is too low. */
export interface UndervoltageWatch extends AsyncDisposable {
  /** Whether there was one since the device started; `null`: the kernel's log cannot be read. */
  read(): Promise<boolean | null>;
}

/**
 * Reads on in the kernel's log, which keeps its own messages apart from those of programs. Nothing runs meanwhile, and it
 * never waits for a message.
 *
 * @param kmsgPath `/dev/kmsg`
 */
export function createUndervoltageWatch(kmsgPath: string): UndervoltageWatch {
  let log: FileHandle | null = null;
  let seen = false;
  const record = Buffer.alloc(RECORD_BYTES);

  async function close(): Promise<void> {
    const before = log;
    log = null;
    await before?.close();
  }

  async function readOn(from: FileHandle): Promise<void> {
    for (let count = 0; count < RECORDS_AT_ONCE && !seen; count++) {
      const bytes = await nextRecord(from, record);
      if (bytes === 0) return;
      seen = isComplaint(record.toString('latin1', 0, bytes ?? 0));
    }
  }

  return {
    async read() {
      if (seen) return true;
      log ??= await opened(kmsgPath);
      if (log === null) return null;
      const [outcome] = await Promise.allSettled([readOn(log)]);
      // It stays so until the device starts again.
      if (seen || outcome.status === 'rejected') await close();
      return outcome.status === 'rejected' ? null : seen;
    },
    [Symbol.asyncDispose]: close,
  };
}

/** The kernel gives no longer ones. */
const RECORD_BYTES = 8_192;
/** More than a log holds as a rule; the rest has time until the next reading. */
const RECORDS_AT_ONCE = 20_000;

/** `priority and facility,number,time,flags;message`. Facility 0 is the kernel; programs that write to its log use others. */
function isComplaint(record: string): boolean {
  const [, origin, message = ''] = /^(\d+),[^;]*;(.*)/.exec(record) ?? [];
  return Number(origin) < PRIORITIES && /under-?voltage detected/i.test(message);
}

/** There are so many for each facility. */
const PRIORITIES = 8;

async function opened(path: string): Promise<FileHandle | null> {
  const [handle] = await Promise.allSettled([open(path, constants.O_RDONLY | constants.O_NONBLOCK)]);
  return handle.status === 'fulfilled' ? handle.value : null;
}

/** @returns its bytes; 0: there is no further one; `null`: it was lost */
async function nextRecord(log: FileHandle, record: Buffer): Promise<number | null> {
  try {
    const { bytesRead } = await log.read(record, 0, record.length);
    return bytesRead;
  } catch (error) {
    if (hasErrorCode(error, 'EAGAIN')) return 0;
    // Newer records have overwritten it.
    if (hasErrorCode(error, 'EPIPE')) return null;
    throw error;
  }
}
