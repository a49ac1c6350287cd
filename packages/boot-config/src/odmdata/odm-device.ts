import { open, writeFile } from 'node:fs/promises';

/** Single bytes of a block device. */
export interface OdmDevice {
  /** @throws what the file system throws */
  read(offsets: readonly number[]): Promise<readonly number[]>;
  /** Writes the same byte to several places, durably. @throws what the file system throws */
  write(offsets: readonly number[], byte: number): Promise<void>;
}

export interface OdmDeviceOptions {
  /** e.g. `/dev/mmcblk0boot0`. */
  readonly path: string;
  /** Of the kernel, e.g. `/sys/block/mmcblk0boot0/force_ro`: the device is read-only while it is `1`. */
  readonly forceReadOnlyPath: string;
}

/** A boot partition of eMMC, unlocked only while it is written. */
export function openOdmDevice({ path, forceReadOnlyPath }: OdmDeviceOptions): OdmDevice {
  return {
    async read(offsets) {
      const file = await open(path, 'r');
      try {
        const bytes: number[] = [];
        for (const offset of offsets) {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, offset);
          if (bytesRead !== 1) throw new RangeError(`${path} ends before byte ${offset}`);
          bytes.push(buffer.readUInt8());
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
    async write(offsets, byte) {
      await writeFile(forceReadOnlyPath, '0');
      try {
        const file = await open(path, 'r+');
        try {
          for (const offset of offsets) await file.write(Uint8Array.of(byte), 0, 1, offset);
          await file.sync();
        } finally {
          await file.close();
        }
      } finally {
        await writeFile(forceReadOnlyPath, '1');
      }
    },
  };
}
