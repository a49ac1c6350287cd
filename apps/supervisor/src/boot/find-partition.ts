import * as z from 'zod';

/** A block device as lsblk(8) lists it. */
export interface BlockDevice {
  /** Path, e.g. `/dev/sda1`. */
  readonly name: string;
  /** e.g. `disk`, `part`, `crypt`. */
  readonly type: string;
  /** Of the file system. */
  readonly label: string | null;
  /** Of the partition. */
  readonly partlabel: string | null;
  readonly fstype: string | null;
  readonly children: readonly BlockDevice[];
}

const Device: z.ZodType<BlockDevice> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.string(),
    label: z.string().nullable(),
    partlabel: z.string().nullable(),
    fstype: z.string().nullable(),
    children: z.array(Device).default([]),
  }),
);
const Listing = z.object({ blockdevices: z.array(Device) });

/** Arguments with which lsblk prints what {@link parseBlockDevices} reads. */
export const LSBLK_ARGUMENTS = ['--json', '--paths', '--output', 'NAME,TYPE,LABEL,PARTLABEL,FSTYPE'] as const;

/** @throws SyntaxError, ZodError */
export function parseBlockDevices(output: string): readonly BlockDevice[] {
  return Listing.parse(JSON.parse(output)).blockdevices;
}

/** The disk that has a device somewhere on it; `null`: none has. */
export function diskOf(disks: readonly BlockDevice[], device: string): BlockDevice | null {
  return disks.find((disk) => flatten(disk).some(({ name }) => name === device)) ?? null;
}

/**
 * The device below a disk with one of the labels, the first label first. The label of a file system says more than that of
 * its partition: an encrypted partition holds another device, which has the file system.
 */
export function findPartition(disk: BlockDevice, labels: readonly string[]): BlockDevice | null {
  const devices = flatten(disk).filter(({ fstype }) => fstype !== 'crypto_LUKS');
  for (const kind of ['label', 'partlabel'] as const) {
    for (const label of labels) {
      const found = devices.find((device) => device[kind] === label);
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** Those through which the kernel reads encrypted partitions. */
export function encryptedDevices(disks: readonly BlockDevice[]): readonly BlockDevice[] {
  return disks.flatMap((disk) => flatten(disk)).filter(({ type }) => type === 'crypt');
}

function flatten(device: BlockDevice): readonly BlockDevice[] {
  return [device, ...device.children.flatMap((child) => flatten(child))];
}
