import { hasErrorCode } from '@device-supervisor/errors';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedApp } from '@device-supervisor/device';

/** Every app that has a directory for update locks, with all its services. @param directory `<app id>/<service>` */
export async function lockableApps(directory: string): Promise<readonly LockedApp[]> {
  const apps = (await directoriesIn(directory)).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    apps.map(async (name) => ({ appId: Number(name), services: await directoriesIn(join(directory, name)) })),
  );
}

async function directoriesIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}
