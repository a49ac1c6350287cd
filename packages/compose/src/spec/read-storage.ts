import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import type { ContainerConfig, Mount } from '../container-config.ts';
import type { Features } from './feature-labels.ts';
import type { FindingCollector } from './findings.ts';
import { volumeName } from './names.ts';
import { byTarget, parseMount } from './parse-mount.ts';
import { LOCK_DIRECTORIES_IN_CONTAINER } from './service-environment.ts';

type StorageConfig = Pick<ContainerConfig, 'mounts' | 'anonymousVolumes' | 'tmpfs' | 'readOnly'>;

export interface StorageContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly features: Features;
  readonly findings: FindingCollector;
}

/** Directory of a service's update locks on the host; the host's `/tmp` does not survive a reboot. */
export function lockDirectory(appId: number, service: string): string {
  return `/tmp/balena-supervisor/services/${appId}/${service}`;
}

/** The fields that say what is mounted, and the directory of update locks that every service has. */
export function readStorage(
  { name, composition }: TargetService,
  { app, release, features, findings }: StorageContext,
): { readonly config: StorageConfig; readonly volumes: readonly string[] } {
  const mounts: Mount[] = LOCK_DIRECTORIES_IN_CONTAINER.map((target) => ({
    type: 'bind',
    source: lockDirectory(app.id, name),
    target,
    readOnly: false,
  }));
  mounts.push(...features.mounts);
  const anonymousVolumes: string[] = [];
  const tmpfs: Record<string, string> = {};
  const volumes = new Set<string>();
  findings.readEach('volumes', composition.volumes ?? [], (entry, field) => {
    const request = parseMount(entry);
    switch (request.kind) {
      case 'refused':
        findings.notice(field, request.reason);
        break;
      case 'anonymous':
        anonymousVolumes.push(request.target);
        break;
      case 'tmpfs':
        tmpfs[request.target] = request.options;
        break;
      case 'volume':
        if (release.volumes[request.volume] === undefined) {
          findings.problem(field, `volume '${request.volume}' is not one of the app's volumes`);
          break;
        }
        volumes.add(volumeName(app, request.volume));
        mounts.push({
          type: 'volume',
          source: volumeName(app, request.volume),
          target: request.target,
          readOnly: request.readOnly,
        });
    }
    return [];
  });
  for (const entry of [composition.tmpfs ?? []].flat()) {
    const [path = '', ...options] = entry.split(':');
    if (path.startsWith('/')) tmpfs[path] = options.join(':');
    else findings.problem('tmpfs', `'${entry}' is not an absolute path`);
  }
  return {
    volumes: [...volumes],
    config: {
      mounts: mounts.sort(byTarget),
      anonymousVolumes: anonymousVolumes.sort(),
      tmpfs,
      readOnly: composition.read_only ?? false,
    },
  };
}
