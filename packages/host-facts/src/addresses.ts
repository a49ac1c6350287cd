import { errorCodeOf } from '@device-supervisor/errors';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** The addresses of the device. */
export interface HostAddresses {
  /** IPv4 and IPv6, in the order of the interfaces. */
  readonly ip: readonly string[];
  /** Of its network hardware, in capitals, e.g. `B8:27:EB:12:34:56`. */
  readonly mac: readonly string[];
}

export interface AddressSources {
  /** Directory with an entry for each interface, such as `/sys/class/net`. */
  readonly macAddressPath: string;
  /** Default: those of this machine. */
  readonly interfaces?: () => NodeJS.Dict<readonly InterfaceAddress[]>;
}

export interface InterfaceAddress {
  readonly address: string;
  readonly family: string;
  readonly internal: boolean;
}

/**
 * Reads the addresses of the device: not those of loopback, of a link alone, of the engine, the VPN and ourselves. It
 * waits for nothing: all of it is in the kernel's memory.
 */
export function readAddresses({ macAddressPath, interfaces = networkInterfaces }: AddressSources): HostAddresses {
  const ip = Object.entries(interfaces()).flatMap(([name, addresses = []]) =>
    isOwnInterface(name) ? [] : addresses.filter(isReachable).map(({ address }) => address),
  );
  return { ip: [...new Set(ip)], mac: readMacAddresses(macAddressPath) };
}

/** Interfaces of engine and VPN, bridges, and what redirects to the proxy. */
const OWN_INTERFACE = /^(?:balena|docker|tun)|^br-[0-9a-f]{12}$|^(?:resin-vpn|supervisor0|resin-dns)$|redsocks$/;
/** 169.254.0.0/16 and fe80::/10. */
const LINK_LOCAL = /^169\.254\.|^fe[89ab][0-9a-f]:/i;

function isOwnInterface(name: string): boolean {
  return OWN_INTERFACE.test(name);
}

function isReachable({ address, internal }: InterfaceAddress): boolean {
  return !internal && !LINK_LOCAL.test(address);
}

function readMacAddresses(directory: string): string[] {
  const names = orNull(() => readdirSync(directory)) ?? [];
  return names.sort().flatMap((name) => {
    const address = isVirtual(directory, name)
      ? null
      : orNull(() => readFileSync(join(directory, name, 'address'), 'utf8'));
    const text = address?.trim().toUpperCase() ?? '';
    return MAC.test(text) && text !== NO_MAC ? [text] : [];
  });
}

const MAC = /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/;
const NO_MAC = '00:00:00:00:00:00';

/** The kernel's link shows which device an interface belongs to. */
function isVirtual(directory: string, name: string): boolean {
  const target = orNull(() => readlinkSync(join(directory, name))) ?? '';
  return name === 'lo' || isOwnInterface(name) || target.includes('/virtual/');
}

/** `null`: the interface is gone, or is no link. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (errorCodeOf(error) !== null) return null;
    throw error;
  }
}
