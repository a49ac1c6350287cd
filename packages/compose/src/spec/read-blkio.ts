import type { ServiceComposition } from '@device-supervisor/state';
import type { BlkioLimits, DeviceRate } from '../container-config.ts';
import { cleanPath } from './clean-path.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { parseSize } from './parse-size.ts';

/** The field `blkio_config`. */
export function readBlkio({ blkio_config: blkio = {} }: ServiceComposition, findings: FindingCollector): BlkioLimits {
  const rates = (field: 'device_read_bps' | 'device_write_bps' | 'device_read_iops' | 'device_write_iops') =>
    findings
      .readEach(`blkio_config.${field}`, blkio[field] ?? [], ({ path, rate }) => [
        { path: devicePath(path), rate: parseSize(rate) } satisfies DeviceRate,
      ])
      .sort(byPath);
  return {
    weight: findings.read('blkio_config.weight', 0, () => readWeight(blkio.weight ?? 0)),
    weightDevices: findings
      .readEach('blkio_config.weight_device', blkio.weight_device ?? [], ({ path, weight }) => [
        { path: devicePath(path), weight: readWeight(weight) },
      ])
      .sort(byPath),
    readBps: rates('device_read_bps'),
    writeBps: rates('device_write_bps'),
    readIops: rates('device_read_iops'),
    writeIops: rates('device_write_iops'),
  };
}

function readWeight(weight: number): number {
  if (weight === 0 || (weight >= 10 && weight <= 1000)) return weight;
  throw new FieldError(`${weight} is not a weight; write 10 to 1000`);
}

function devicePath(path: string): string {
  if (path.startsWith('/')) return cleanPath(path);
  throw new FieldError(`'${path}' is not the absolute path of a device`);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
