import { SupervisorError } from '@device-supervisor/errors';
import { createSystemd, type Systemd } from '@device-supervisor/systemd';

/** A request concerns the host, which this supervisor does not control. */
export class HostControlOffError extends SupervisorError<'HOST_CONTROL_OFF'> {
  constructor() {
    super('HOST_CONTROL_OFF', 'this supervisor leaves the machine that it runs on alone', {
      details: {},
      hint: 'On a device, start it without HOST_CONTROL=off',
    });
  }
}

/** The host's system services; those of a machine that is nobody's device refuse everything. */
export function hostServices(controlsHost: boolean, busAddress: string): Systemd {
  return controlsHost ? createSystemd({ busAddress }) : REFUSING;
}

async function refuse(): Promise<never> {
  throw new HostControlOffError();
}

const REFUSING: Systemd = {
  units: { state: refuse, start: refuse, stop: refuse, restart: refuse },
  power: { check: refuse, reboot: refuse, powerOff: refuse },
  hostName: { get: refuse, set: refuse },
  [Symbol.asyncDispose]: async () => undefined,
};
