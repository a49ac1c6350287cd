import { Bus } from './bus/bus.ts';
import { readProperties } from './bus/read-properties.ts';
import type { SystemdOptions } from './create-systemd.ts';

/** The mount units of the host. Methods reject as those of `Units` do. */
export interface MountUnits extends AsyncDisposable {
  /**
   * The device that is mounted at a path of the host, e.g. `/dev/sda1`; `null`: none.
   *
   * @param path e.g. `/mnt/boot`
   */
  deviceAt(path: string): Promise<string | null>;
}

const CALL_TIMEOUT = 10_000;

/** Nothing is connected before the first call. Throws InvalidBusAddressError. */
export function createMountUnits({
  busAddress,
  callTimeout = CALL_TIMEOUT,
}: Pick<SystemdOptions, 'busAddress' | 'callTimeout'>): MountUnits {
  const bus = new Bus({ address: busAddress, timeout: callTimeout });
  return {
    async deviceAt(path) {
      // Reading the object of a unit loads the unit; one that does not exist has an empty device.
      const properties = await readProperties(bus, {
        destination: 'org.freedesktop.systemd1',
        path: `/org/freedesktop/systemd1/unit/${objectName(`${unitName(path)}.mount`)}`,
        interface: 'org.freedesktop.systemd1.Mount',
      });
      const device = properties.text('What');
      return device === '' ? null : device;
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** As systemd-escape(1) does with `--path`: `/mnt/boot` → `mnt-boot`. */
function unitName(path: string): string {
  return path
    .replaceAll(/^\/+|\/+$/g, '')
    .replaceAll(/[^A-Za-z0-9:_./]/g, (character) => `\\x${hex(character)}`)
    .replaceAll(/\/+/g, '-');
}

/** As sd_bus_path_encode(3) does: `mnt-boot.mount` → `mnt_2dboot_2emount`. */
function objectName(unit: string): string {
  return unit.replaceAll(/[^A-Za-z0-9]/g, (character) => `_${hex(character)}`);
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
}
