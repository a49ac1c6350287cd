import { hasErrorCode } from '@device-supervisor/errors';
import { readFile, readdir, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface PowerFilesOptions {
  /** The host's root file system as seen by us, e.g. `/mnt/root`. */
  readonly rootMount: string;
  /** The host's state partition as seen by us, e.g. `/mnt/state`. */
  readonly stateMount: string;
}

/** Files of the host that are about its going down, as the ports of `@device-supervisor/device` want them. */
export interface PowerFiles {
  readonly hostUpdate: {
    /** Name of a breadcrumb that says that the host verifies an update of its own; `null`: missing. */
    find(): Promise<string | null>;
  };
  /** The file that asks for a reboot, in the host's `/tmp`, which is memory. */
  readonly reboot: {
    /** `null`: missing. */
    read(): Promise<string | null>;
    write(content: string): Promise<void>;
    remove(): Promise<void>;
  };
}

const HOST_UPDATE = ['rollback-health-breadcrumb', 'rollback-altboot-breadcrumb'];

const REBOOT = 'tmp/balena-supervisor/reboot-after-apply';

/** A failure other than "not there" throws the error of the system. */
export function createPowerFiles({ rootMount, stateMount }: PowerFilesOptions): PowerFiles {
  const reboot = join(rootMount, REBOOT);
  return {
    hostUpdate: {
      async find() {
        const names = (await ifThere(readdir(stateMount))) ?? [];
        return HOST_UPDATE.find((name) => names.includes(name)) ?? null;
      },
    },
    reboot: {
      read: () => ifThere(readFile(reboot, 'utf8')),
      async write(content) {
        await mkdir(dirname(reboot), { recursive: true });
        // In memory: there is nothing to sync, and no power cut to outlive.
        await writeFile(`${reboot}.new`, content);
        await rename(`${reboot}.new`, reboot);
      },
      remove: () => rm(reboot, { force: true }),
    },
  };
}

async function ifThere<T>(content: Promise<T>): Promise<T | null> {
  try {
    return await content;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}
