import { Bus } from './bus/bus.ts';
import { createHostName } from './host-name.ts';
import { createHostPower } from './host-power.ts';
import type { Systemd } from './systemd.ts';
import { createUnits } from './units.ts';

export interface SystemdOptions {
  /** D-Bus address of the system bus, e.g. `unix:path=/run/dbus/system_bus_socket`. */
  readonly busAddress: string;
  /** Milliseconds that connecting, and each call, may take. Default: 10 seconds. */
  readonly callTimeout?: number;
  /** Milliseconds that a unit may take to start or stop. Default: 3 minutes; systemd gives up after 90 seconds for each. */
  readonly jobTimeout?: number;
}

const CALL_TIMEOUT = 10_000;
const JOB_TIMEOUT = 180_000;

/**
 * The host's systemd, logind and hostnamed. Nothing is connected before the first call; a connection that was lost is made
 * again by the next one. Disposing of it rejects the calls under way with {@link SystemdClosedError}.
 *
 * @example
 * ```ts
 * await using systemd = createSystemd({ busAddress: 'unix:path=/run/dbus/system_bus_socket' });
 * await systemd.units.restart('redsocks.service');
 * ```
 * @throws {@link InvalidBusAddressError}
 */
export function createSystemd(options: SystemdOptions): Systemd {
  const bus = new Bus({ address: options.busAddress, timeout: options.callTimeout ?? CALL_TIMEOUT });
  return {
    units: createUnits(bus, options.jobTimeout ?? JOB_TIMEOUT),
    power: createHostPower(bus),
    hostName: createHostName(bus),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}
