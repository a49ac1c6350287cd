import { PLAIN_BACKEND, type BootBackend } from '../boot-backend.ts';
import type { OdmDevice } from './odm-device.ts';

const CONFIGURATION = 'HOST_ODMDATA_configuration';

/** The bytes of ODMDATA that select how the lanes of a TX2 are used; there are three copies of them. */
const OFFSETS = [1659, 5243, 18043];

/** Byte of each configuration, from 1 on. */
const BYTES = [0, 1, 6, 7, 2, 3];

/**
 * Use of the lanes (PCIe, USB, SATA) of a Jetson TX2. There is no value that stands for none, so it can be changed but not
 * removed.
 */
export function odmDataBackend(device: OdmDevice): BootBackend {
  return {
    ...PLAIN_BACKEND,
    name: 'odmdata',
    isRemovable: false,
    owns: (variable) => variable === CONFIGURATION,
    check: (_variable, value) =>
      /^\s*[1-6]\s*$/.test(value)
        ? { ok: true, value: value.trim() }
        : { ok: false, message: 'must be a number from 1 to 6' },
    async read() {
      const [first, ...others] = await device.read(OFFSETS);
      const configuration = BYTES.findIndex((byte) => byte === first) + 1;
      // A power cut between two of the writes leaves different ones; then none is set.
      if (configuration === 0 || others.some((byte) => byte !== first)) return {};
      return { [CONFIGURATION]: String(configuration) };
    },
    async write(desired) {
      const byte = BYTES[Number(desired[CONFIGURATION]) - 1];
      if (byte !== undefined) await device.write(OFFSETS, byte);
    },
  };
}
