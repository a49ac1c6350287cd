import type { Bus } from './bus/bus.ts';
import { readProperties } from './bus/read-properties.ts';
import type { HostName } from './systemd.ts';

const HOSTNAME = {
  destination: 'org.freedesktop.hostname1',
  path: '/org/freedesktop/hostname1',
  interface: 'org.freedesktop.hostname1',
} as const;

export function createHostName(bus: Bus): HostName {
  return {
    async get() {
      const properties = await readProperties(bus, HOSTNAME);
      return { current: properties.text('Hostname'), static: properties.text('StaticHostname') };
    },
    async set(name) {
      // The last value is `interactive`: no user can be asked for a password.
      await bus.call({ ...HOSTNAME, member: 'SetStaticHostname', signature: 'sb', body: [name, false] });
      await bus.call({ ...HOSTNAME, member: 'SetHostname', signature: 'sb', body: [name, false] });
    },
  };
}
