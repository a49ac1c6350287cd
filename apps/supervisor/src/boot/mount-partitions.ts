import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import type { MountUnits } from '@device-supervisor/systemd';
import type { SupervisorConfig } from '../config.ts';
import type { Logger } from '../log/create-logger.ts';
import { HostBusMissingError, PartitionMissingError } from './errors.ts';
import {
  diskOf,
  encryptedDevices,
  findPartition,
  LSBLK_ARGUMENTS,
  parseBlockDevices,
  type BlockDevice,
} from './find-partition.ts';
import { readMountTable } from './mount-table.ts';
import type { RunProgram } from './run-program.ts';

export interface MountPartitionsOptions {
  readonly config: Pick<
    SupervisorConfig,
    'rootMount' | 'bootMount' | 'stateMount' | 'dataMount' | 'busAddress' | 'containerRoot'
  >;
  readonly log: Logger;
  readonly mountUnits: Pick<MountUnits, 'deviceAt'>;
  readonly run: RunProgram;
}

interface Partition {
  readonly name: 'boot' | 'state' | 'data';
  /** Where the supervisor expects it. */
  readonly path: string;
  readonly labels: readonly string[];
}

/** Where a host with an encrypted disk mounts the partition that its firmware reads. */
const UNENCRYPTED_BOOT = ['/mnt/efi', '/mnt/rpi', '/mnt/imx'] as const;

/**
 * Mounts boot, state and data partition. One that is mounted already is left alone; one that the host has mounted is bound
 * from there; else the disk that the host booted from is searched for its label. A host without state or data partition is
 * a plain Linux host, which is reported and no error.
 *
 * @throws HostBusMissingError, PartitionMissingError, BootCommandError
 */
export async function mountPartitions(options: MountPartitionsOptions): Promise<void> {
  const { config, log } = options;
  const partitions: readonly Partition[] = [
    { name: 'boot', path: config.bootMount, labels: ['resin-boot', 'balena-boot'] },
    { name: 'state', path: config.stateMount, labels: ['resin-state', 'balena-state'] },
    { name: 'data', path: config.dataMount, labels: ['resin-data', 'balena-data'] },
  ];
  let disk: Promise<BootDisk> | null = null;
  for (const partition of partitions) {
    if (await isMounted(options, partition.path)) continue;
    await mkdir(partition.path, { recursive: true });
    if (await bindFromHost(options, partition)) continue;
    try {
      disk ??= findBootDisk(options);
      await mountByLabel(options, partition, await disk);
    } catch (error) {
      if (partition.name === 'boot') throw error;
      log.warn(`No ${partition.name} partition is mounted: ${formatError(error)}`);
    }
  }
}

async function isMounted({ config }: MountPartitionsOptions, path: string): Promise<boolean> {
  return (await readMountTable(join(config.containerRoot, '/proc/self/mountinfo'))).has(path);
}

/** @returns whether the host has it mounted, at the same path as we have */
async function bindFromHost(options: MountPartitionsOptions, { path }: Partition): Promise<boolean> {
  const onHost = join(options.config.rootMount, path);
  if (options.config.rootMount === '/' || !(await isMounted(options, onHost))) return false;
  await options.run('mount', ['--bind', onHost, path]);
  return true;
}

interface BootDisk {
  readonly bootDevice: string;
  readonly disk: BlockDevice;
}

async function findBootDisk({ config, mountUnits, run, log }: MountPartitionsOptions): Promise<BootDisk> {
  const disks = parseBlockDevices(await run('lsblk', LSBLK_ARGUMENTS));
  const bootDevice = await deviceOf(mountUnits, config, config.bootMount);
  for (const { name } of encryptedDevices(disks)) {
    // An update of the host may have left it suspended; one that is not is left as it is.
    await run('dmsetup', ['resume', basename(name)]).catch((error: unknown) => log.warn(formatError(error)));
  }
  if (bootDevice === null) {
    throw new PartitionMissingError('boot', [], `the host has nothing mounted at ${config.bootMount}`);
  }
  const disk = diskOf(disks, bootDevice);
  if (disk === null) throw new PartitionMissingError('boot', [], `no disk has the device ${bootDevice}`);
  return { bootDevice, disk };
}

async function mountByLabel(
  options: MountPartitionsOptions,
  { name, path, labels }: Partition,
  { disk, bootDevice }: BootDisk,
): Promise<void> {
  const { config, mountUnits, run } = options;
  const isEncrypted = encryptedDevices([disk]).some((device) => device.name === bootDevice);
  if (name === 'boot' && isEncrypted) {
    for (const place of UNENCRYPTED_BOOT) {
      const device = await deviceOf(mountUnits, config, place);
      if (device !== null) return void (await run('mount', [device, path]));
    }
  }
  const found = findPartition(disk, labels);
  if (found === null) throw new PartitionMissingError(name, labels, `${disk.name} has no partition ${labels[0]}`);
  await run('mount', [found.name, path]);
}

async function deviceOf(
  mountUnits: MountPartitionsOptions['mountUnits'],
  { busAddress }: { readonly busAddress: string },
  path: string,
): Promise<string | null> {
  try {
    return await mountUnits.deviceAt(path);
  } catch (error) {
    throw new HostBusMissingError(busAddress, error);
  }
}
