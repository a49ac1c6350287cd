import { cleanPath, type BlkioLimits, type DeviceRate } from '@device-supervisor/compose';
import type { FieldMapping } from './field-mapping.ts';
import { unlessDropped } from './requested-container.ts';

/** Share and limits of disk access. */
export const BLKIO_FIELD: FieldMapping<BlkioLimits> = {
  write: (limits) => ({
    host: {
      BlkioWeight: limits.weight,
      BlkioWeightDevice: limits.weightDevices.map(({ path, weight }) => ({ Path: path, Weight: weight })),
      BlkioDeviceReadBps: writeRates(limits.readBps),
      BlkioDeviceWriteBps: writeRates(limits.writeBps),
      BlkioDeviceReadIOps: writeRates(limits.readIops),
      BlkioDeviceWriteIOps: writeRates(limits.writeIops),
    },
  }),
  read: ({ host, requested }) => {
    const devices = host.BlkioWeightDevice.map(({ Path, Weight }) => ({ path: cleanPath(Path), weight: Weight }));
    const asked = requested?.blkioWeightDevices ?? [];
    return {
      // Kernels without support for weights make the engine drop them.
      weight: unlessDropped(host.BlkioWeight, requested?.blkioWeight, [0]),
      weightDevices: (devices.length === 0 ? asked : devices).toSorted(byPath),
      readBps: readRates(host.BlkioDeviceReadBps),
      writeBps: readRates(host.BlkioDeviceWriteBps),
      readIops: readRates(host.BlkioDeviceReadIOps),
      writeIops: readRates(host.BlkioDeviceWriteIOps),
    };
  },
};

interface RateWire {
  readonly Path: string;
  readonly Rate: number;
}

function writeRates(rates: readonly DeviceRate[]): RateWire[] {
  return rates.map(({ path, rate }) => ({ Path: path, Rate: rate }));
}

function readRates(rates: readonly RateWire[]): DeviceRate[] {
  return rates.map(({ Path, Rate }) => ({ path: cleanPath(Path), rate: Rate })).sort(byPath);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
