import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import type { ContainerConfig, Mount } from '../container-config.ts';
import { cleanPath } from './clean-path.ts';
import type { DeviceFacts } from './device-facts.ts';
import type { Features } from './feature-labels.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { volumeName } from './names.ts';
import { unknownFields } from './note-unapplied.ts';
import { ownEntry } from './own-entry.ts';
import { byTarget, HOST_PATH_REFUSED, parseMount, type HostPathRequest, type MountRequest } from './parse-mount.ts';
import { hostPathIn } from './host-path-in.ts';
import { parseTmpfs } from './parse-tmpfs.ts';
import { hasApi, type ReadContext } from './read-context.ts';
import { LOCK_DIRECTORIES_IN_CONTAINER } from './service-environment.ts';

type StorageConfig = Pick<ContainerConfig, 'mounts' | 'anonymousVolumes' | 'tmpfs' | 'readOnly'>;

export interface StorageContext extends ReadContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly device: DeviceFacts;
  readonly features: Features;
}

/** Directory of a service's update locks on the host; the host's `/tmp` does not survive a reboot. */
export function lockDirectory(appId: number, service: string): string {
  return `/tmp/balena-supervisor/services/${appId}/${service}`;
}

/** The fields that say what is mounted, and the directory of update locks that every service has. */
export function readStorage(
  { name, composition }: TargetService,
  { app, release, device, features, findings, abilities }: StorageContext,
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
  const volumes = new Set(features.volumes);
  const mountVolume = (request: Extract<MountRequest, { kind: 'volume' }>, field: string): void => {
    const { volume, target, readOnly, subpath, noCopy } = request;
    const composed = ownEntry(release.volumes, volume);
    if (composed === undefined) {
      findings.problem(field, `volume '${volume}' is not one of the app's volumes`);
      return;
    }
    const hostPath = device.allowsHostPaths ? null : hostPathIn(composed);
    if (hostPath !== null) findings.problem(field, `volume '${volume}' mounts ${hostPath}: ${HOST_PATH_REFUSED}`);
    if (subpath !== '' && !hasApi(abilities, '1.45')) {
      findings.problem(field, `subpath: the engine is too old for it, and would mount all of ${volume}`);
    }
    const source = volumeName(app, volume, composed);
    volumes.add(source);
    mounts.push({
      type: 'volume',
      source,
      target,
      readOnly,
      ...(subpath === '' ? {} : { subpath }),
      ...(noCopy ? { noCopy: true } : {}),
    });
  };
  findings.readEach('volumes', composition.volumes ?? [], (entry, field) => {
    const request = parseMount(entry);
    if (typeof entry === 'object') noteUnappliedOptions(entry, field, findings);
    switch (request.kind) {
      case 'refused':
        findings.notice(field, request.reason);
        break;
      case 'host-path':
        if (device.allowsHostPaths) mounts.push(hostPathMount(request));
        else findings.notice(field, HOST_PATH_REFUSED);
        break;
      case 'anonymous':
        anonymousVolumes.push(request.target);
        break;
      case 'tmpfs':
        tmpfs[request.target] = request.options;
        break;
      case 'volume':
        mountVolume(request, field);
    }
    return [];
  });
  findings.readEach('tmpfs', [composition.tmpfs ?? []].flat(), (entry) => {
    const { target, options } = parseTmpfs(entry);
    tmpfs[target] = options;
    return [];
  });
  const targets = [...mounts.map(({ target }) => target), ...anonymousVolumes, ...Object.keys(tmpfs)];
  for (const target of new Set(targets.filter((one, index) => targets.indexOf(one) !== index))) {
    findings.problem('volumes', `more than one thing is mounted at ${target}`);
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

function hostPathMount({ source, target, readOnly, options }: HostPathRequest): Mount {
  if (!source.startsWith('/')) throw new FieldError(`'${source}' is not an absolute path of the host`);
  return {
    type: 'bind',
    source: cleanPath(source),
    target,
    readOnly,
    ...(options.length === 0 ? {} : { options }),
  };
}

type MountEntry = Exclude<NonNullable<TargetService['composition']['volumes']>[number], string>;

const MOUNT_OPTIONS = new Set(['type', 'source', 'target', 'read_only', 'volume', 'tmpfs', 'bind']);
/** The engine makes a folder of a host path that does not exist. */
const BIND_OPTIONS = new Set(['propagation', 'selinux', 'create_host_path']);
const VOLUME_OPTIONS = new Set(['nocopy', 'subpath']);
const TMPFS_OPTIONS = new Set(['size', 'mode']);

function noteUnappliedOptions(entry: MountEntry, field: string, findings: FindingCollector): void {
  const options = [
    ...unknownFields(entry, MOUNT_OPTIONS),
    ...unknownFields(entry.bind ?? {}, BIND_OPTIONS).map((name) => `bind.${name}`),
    ...unknownFields(entry.volume ?? {}, VOLUME_OPTIONS).map((name) => `volume.${name}`),
    ...unknownFields(entry.tmpfs ?? {}, TMPFS_OPTIONS).map((name) => `tmpfs.${name}`),
  ];
  for (const name of options) findings.notice(`${field}.${name}`, 'is not supported and has no effect');
  if (entry.bind?.create_host_path === false) {
    findings.notice(`${field}.bind.create_host_path`, 'has no effect: the engine makes a folder that does not exist');
  }
}
