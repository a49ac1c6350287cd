import { join } from 'node:path';
import { hostText } from '../host-text.ts';

export interface CpuIdSources {
  /** `/proc/device-tree` */
  readonly deviceTreePath: string;
  /** `/sys/class/dmi/id` */
  readonly dmiPath: string;
}

/** Which board this is: the serial number in its device tree, else in its firmware. `null`: it does not tell. */
export async function readCpuId({ deviceTreePath, dmiPath }: CpuIdSources): Promise<string | null> {
  const places = [join(deviceTreePath, 'serial-number'), ...DMI.map((name) => join(dmiPath, name))];
  for (const place of places) {
    const id = await hostText(place);
    if (id !== null && !PLACEHOLDER.test(id)) return id;
  }
  return null;
}

const DMI = ['board_serial', 'product_serial', 'product_uuid'] as const;
/** Placeholders of vendors for a serial number. */
const PLACEHOLDER =
  /^(?:to be filled by o\.?e\.?m\.?|default string|system serial number|base board serial number|not (?:specified|applicable|available)|none|n\/a|unknown|invalid|[0x.\s-]+|0?123456789)$/i;
