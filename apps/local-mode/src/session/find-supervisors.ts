import { readdir, readFile } from 'node:fs/promises';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/**
 * Supervisors that use a database, also those without a record: the process that started one may have been killed before it
 * wrote it. Recognised by their environment, which other users' processes do not show.
 */
export async function findSupervisors(databasePath: string): Promise<readonly ProcessIdentity[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    ids.map(async (pid) => ((await usesDatabase(pid, databasePath)) ? await identifyProcess(pid) : null)),
  );
  return found.filter((process) => process !== null);
}

async function usesDatabase(pid: number, databasePath: string): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    return environment.split('\0').includes(`DATABASE_PATH=${databasePath}`);
  } catch (error) {
    const gone = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && gone.includes(error.code))
      return false;
    throw error;
  }
}
