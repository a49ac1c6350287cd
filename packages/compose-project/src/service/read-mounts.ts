import { isObject } from '../is-object.ts';
import { access } from 'node:fs/promises';
import { relative } from 'node:path';
import { featureOfMount } from '../balena/features-of-mounts.ts';
import type { ServiceContext } from './service-context.ts';

export interface Mounts {
  /** The mounts that labels do not replace. */
  readonly volumes: readonly unknown[];
  /** Labels in the place of mounts. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Reads `volumes` of a service. A path of the host becomes the label that grants it on a device; where the label would
 * mount it elsewhere, the mount stays too. Other paths stay as they are, and are checked on this machine.
 */
export async function readMounts(
  service: string,
  volumes: readonly unknown[],
  context: ServiceContext,
): Promise<Mounts> {
  const labels = new Set<string>();
  const kept: unknown[] = [];
  const replaced: number[] = [];
  for (const [index, volume] of volumes.entries()) {
    const mount = hostPathOf(volume);
    if (mount === null) {
      kept.push(volume);
      continue;
    }
    const feature = featureOfMount(mount.source, mount.target);
    if (feature !== null) {
      labels.add(feature.label);
      context.remark(`these paths of the host become the label ${feature.label}`, `${service} ${mount.source}`);
      if (feature.isSameTarget) {
        replaced.push(index);
        continue;
      }
    }
    kept.push(withoutCheck(volume));
    const shown = shownPath(mount.source, context.directory);
    context.remark(
      'these paths of this machine are mounted, and a device refuses them; put the files into the image, or use a named volume',
      `${service} ${shown}`,
    );
    if (await exists(mount.source)) continue;
    if (mount.isCreated) {
      context.remark('these paths do not exist, and the engine makes empty folders of them', `${service} ${shown}`);
    } else {
      context.fault(['services', service, 'volumes', index], `there is no ${mount.source}`);
    }
  }
  context.leftOut(['services', service, 'volumes'], replaced);
  return { volumes: kept, labels: Object.fromEntries([...labels].map((label) => [label, '1'])) };
}

interface HostPath {
  readonly source: string;
  readonly target: string;
  /** Whether the engine makes a folder of it when it does not exist. */
  readonly isCreated: boolean;
}

function hostPathOf(volume: unknown): HostPath | null {
  if (typeof volume === 'string') {
    const [source = '', target] = volume.split(':');
    return target === undefined || !source.startsWith('/') ? null : { source, target, isCreated: true };
  }
  if (!isObject(volume) || volume['type'] !== 'bind') return null;
  const { source, target, bind } = volume;
  if (typeof source !== 'string' || typeof target !== 'string') return null;
  const create = isObject(bind) ? bind['create_host_path'] : undefined;
  return { source, target, isCreated: String(create) !== 'false' };
}

/** The path is checked here; no engine does it. */
function withoutCheck(volume: unknown): unknown {
  if (!isObject(volume) || !isObject(volume['bind'])) return volume;
  const { create_host_path: _create, ...bind } = volume['bind'];
  return { ...volume, bind };
}

function shownPath(path: string, directory: string): string {
  const inside = relative(directory, path);
  return inside.startsWith('..') ? path : `./${inside}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    // It is there, behind a folder that this user may not read.
    return true;
  }
}
