import { ensureDebianRootfs, ROOTFS_PACKAGES } from './device-host/debian-rootfs.ts';
import { ensureDebianPackages, TESTBED_PACKAGES } from './ensure-debian-packages.ts';

export interface PrepareOptions {
  /** Whether the system that device hosts run is needed. */
  readonly deviceHost: boolean;
  /** Debian packages besides those of the test bed. */
  readonly packages?: readonly string[];
  onProgress(message: string): void;
}

/** Installs and makes what a run needs from the network, which it does not have in its namespaces. */
export async function prepareMachine({ deviceHost, packages = [], onProgress }: PrepareOptions): Promise<void> {
  const hostPackages = deviceHost ? ROOTFS_PACKAGES : [];
  await ensureDebianPackages([...TESTBED_PACKAGES, ...hostPackages, ...packages], onProgress);
  if (deviceHost) await ensureDebianRootfs(onProgress);
}
