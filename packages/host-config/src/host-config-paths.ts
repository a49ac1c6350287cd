import { join } from 'node:path';

/** Where the host has what this package reads and writes. */
export interface HostConfigPaths {
  readonly redsocks: string;
  readonly noProxy: string;
  /** Of the name in effect. */
  readonly hostname: string;
  /** Where restarts that are due are remembered; a boot must remove it. */
  readonly pendingRestarts: string;
}

export interface HostMounts {
  /** The host's root file system as we see it, e.g. `/mnt/root`. */
  readonly rootMount: string;
  /** Its boot partition, e.g. `/mnt/boot`. */
  readonly bootMount: string;
}

/** The places on a device. */
export function hostConfigPaths({ rootMount, bootMount }: HostMounts): HostConfigPaths {
  return {
    redsocks: join(bootMount, 'system-proxy/redsocks.conf'),
    noProxy: join(bootMount, 'system-proxy/no_proxy'),
    hostname: join(rootMount, 'etc/hostname'),
    pendingRestarts: join(rootMount, 'tmp/balena-supervisor/host-config-restarts'),
  };
}
