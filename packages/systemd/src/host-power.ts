import type { Bus } from './bus/bus.ts';
import { PowerRefusedError } from './errors.ts';
import type { HostPower } from './systemd.ts';

const LOGIN = {
  destination: 'org.freedesktop.login1',
  path: '/org/freedesktop/login1',
  interface: 'org.freedesktop.login1.Manager',
} as const;

/** Not interactive: no user can be asked for a password. */
const NOT_INTERACTIVE = { signature: 'b', body: [false] } as const;

export function createHostPower(bus: Bus): HostPower {
  const call = async (member: string): Promise<void> => {
    await bus.call({ ...LOGIN, member, ...NOT_INTERACTIVE });
  };
  return {
    async check(action) {
      const [answer] = await bus.call({ ...LOGIN, member: action === 'reboot' ? 'CanReboot' : 'CanPowerOff' });
      if (answer !== 'yes') throw new PowerRefusedError(action, String(answer));
    },
    reboot: () => call('Reboot'),
    powerOff: () => call('PowerOff'),
  };
}
