import { existsSync, linkSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createUpdateLocks } from '../src/index.ts';

/** A lock as a crashed run leaves it: under one of its names, and its process has ended. */
export async function leaveBehind(directory: string, path: string, elsewhere: string): Promise<void> {
  const [service = '', appId] = path.split('/').slice(-3, -1).reverse();
  const earlier = createUpdateLocks({ directory, holder: 'device-supervisor' });
  await earlier.acquire({ appId: Number(appId), services: [service], force: false });
  linkSync(path, elsewhere);
  await earlier[Symbol.asyncDispose]();
  writeFileSync(elsewhere, readFileSync(elsewhere, 'utf8').replace(/"startTime":"\d+"/, '"startTime":"0"'));
  renameSync(elsewhere, path);
}

/** Whether one of our locks stands there. */
export function isOurs(path: string): boolean {
  return (
    existsSync(path) &&
    lstatSync(path).isFile() &&
    readFileSync(path, 'utf8').startsWith('{"lock":"device-supervisor/1"')
  );
}
