import { readFile, rename } from 'node:fs/promises';
import { nodeFileSystem, replaceFile } from '@device-supervisor/durable-file';
import { formatError, hasErrorCode } from '@device-supervisor/errors';
import { decodePreload, type Preload, type TargetRelease, type TargetState } from '@device-supervisor/state';
import type { Store } from '@device-supervisor/store';

export interface PreloadOptions {
  /** Of apps.json on the data partition. */
  readonly path: string;
  readonly store: Pick<Store, 'targets' | 'settings'>;
  readonly managed: boolean;
  readonly print: (message: string) => void;
}

/** Setting: id of the release that the device is to be pinned to when it is registered. */
export const PINNED_RELEASE = 'preloaded-release-to-pin';

/**
 * Makes what the device's image brought along its first target, once; a device that has a target keeps it. Images of it that
 * are on the engine become the services' when the target is applied. Never rejects: what is damaged is reported and left alone.
 */
export async function loadPreload({ path, store, managed, print }: PreloadOptions): Promise<void> {
  const source = managed ? 'cloud' : 'local';
  if (store.targets.load(source) !== null) return;
  try {
    const preload = await readPreload(path);
    if (preload === null) return;
    const { target, pinDevice } = preload;
    const release = pinDevice ? releaseOfFleet(target) : null;
    if (release !== null) store.settings.set(PINNED_RELEASE, String(release.id));
    store.targets.save(source, target);
    await rename(path, `${path}.preloaded`);
    await replaceFile(nodeFileSystem, { path, bytes: new TextEncoder().encode('{}') });
    print(`The apps of ${path} are the first target`);
  } catch (error) {
    print(`The apps of ${path} cannot be used: ${formatError(error)}`);
  }
}

/** The release that a device can be pinned to: that of the fleet's app, not of the host. `null`: the cloud would not know it. */
function releaseOfFleet({ apps }: TargetState): TargetRelease | null {
  const fleet = Object.values(apps).find((app) => app.class === 'fleet' && !app.isHost);
  const release = fleet?.release ?? null;
  // The older forms may do without the id.
  return release === null || release.id === 0 ? null : release;
}

/** @returns `null`: there is nothing to load */
async function readPreload(path: string): Promise<Preload | null> {
  try {
    return decodePreload(parseJson(await readFile(path, 'utf8')));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Says nothing of the text: the parser would quote it, and there are secrets in it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError('it is no JSON');
  }
}
