import { createUnitSwitch, type UnitSwitch, type UnitSwitchDependencies } from './unit-switch.ts';

/** `SUPERVISOR_VPN_CONTROL`: the host's way to the cloud. */
export function createVpnControl(dependencies: UnitSwitchDependencies): UnitSwitch {
  return createUnitSwitch(['openvpn.service'], dependencies);
}

/** `HOST_DISCOVERABILITY`: the host's name in the local network. Its socket would start the service again. */
export function createDiscoverability(dependencies: UnitSwitchDependencies): UnitSwitch {
  return createUnitSwitch(['avahi-daemon.service', 'avahi-daemon.socket'], dependencies);
}
