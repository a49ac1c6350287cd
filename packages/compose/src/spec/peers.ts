import type { ServiceComposition, TargetRelease } from '@device-supervisor/state';
import type { ContainerConfig } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';

/** The fields by which a service shares something with the container of another one, its peer. */
export type PeerField = 'network_mode' | 'pid' | 'ipc' | 'volumes_from';

export interface Peer {
  readonly field: PeerField;
  readonly service: string;
}

/** Name of the service in `service:<name>`; `null`: it names none. */
export function peerIn(mode: string | undefined): string | null {
  return mode?.startsWith('service:') === true ? mode.slice('service:'.length) : null;
}

/** The services whose containers a service needs to be created. */
export function readPeers(composition: ServiceComposition): Peer[] {
  const modes = (['network_mode', 'pid', 'ipc'] as const).flatMap((field) => {
    const service = peerIn(composition[field]);
    return service === null ? [] : [{ field, service }];
  });
  const mounted = (composition.volumes_from ?? []).flatMap((entry) => {
    const [service = ''] = entry.split(':');
    return service === 'container' ? [] : [{ field: 'volumes_from' as const, service }];
  });
  return [...modes, ...mounted];
}

/** The field `volumes_from`, with services in place of their containers' ids. */
export function readVolumesFrom(
  { volumes_from: entries = [] }: ServiceComposition,
  { release, findings }: { readonly release: TargetRelease; readonly findings: FindingCollector },
): string[] {
  return findings
    .readEach('volumes_from', entries, (entry) => {
      const [service = '', access = 'rw', ...rest] = entry.split(':');
      if (service === 'container') throw new FieldError(`'${entry}' is not supported; name a service of the release`);
      if (rest.length > 0 || (access !== 'rw' && access !== 'ro')) {
        throw new FieldError(`'${entry}' is not a service; write e.g. db or db:ro`);
      }
      if (!Object.hasOwn(release.services, service)) throw new FieldError(`there is no service '${service}'`);
      return [`service:${service}:${access}`];
    })
    .sort();
}

/**
 * Puts containers in the place of the services that a configuration names.
 *
 * @param containerOf id of a service's container; `null`: it has none that will stay
 * @returns `null` when one of them is missing
 */
export function completeWithPeers(
  config: ContainerConfig,
  containerOf: (service: string) => string | null,
): ContainerConfig | null {
  let isComplete = true;
  const idOf = (service: string): string => {
    const id = containerOf(service);
    isComplete &&= id !== null;
    return id ?? '';
  };
  const complete = (mode: string): string => {
    const service = peerIn(mode);
    return service === null ? mode : `container:${idOf(service)}`;
  };
  const completed = {
    ...config,
    networkMode: complete(config.networkMode),
    pid: complete(config.pid),
    ipc: complete(config.ipc),
    volumesFrom: config.volumesFrom
      .map((entry) => {
        const [, service = '', access = ''] = entry.split(':');
        return `${idOf(service)}:${access}`;
      })
      .sort(),
  };
  return isComplete ? completed : null;
}
