import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAddresses } from './index.ts';

let directory: string;
let macAddressPath: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'addresses-'));
  macAddressPath = join(directory, 'class/net');
  mkdirSync(macAddressPath, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('IP addresses', () => {
  it.each([
    ['eth0', ['192.168.0.114', '2001:db8::114']],
    ['wlan0', ['192.168.0.114', '2001:db8::114']],
    ['br-lan', ['192.168.0.114', '2001:db8::114']],
    ['balena0', []],
    ['docker0', []],
    ['br-0123456789ab', []],
    ['tun0', []],
    ['resin-vpn', []],
    ['supervisor0', []],
    ['resin-dns', []],
    ['my-redsocks', []],
  ])('of %s', (name, expected) => {
    const interfaces = { [name]: [address('192.168.0.114'), address('2001:db8::114')] };
    expect(readAddresses({ macAddressPath, interfaces: () => interfaces }).ip).toEqual(expected);
  });

  it('are neither of the machine itself nor of one link', () => {
    const interfaces = () => ({
      lo: [address('127.0.0.1', true), address('::1', true)],
      eth0: [address('169.254.1.2'), address('fe80::1'), address('febf::1'), address('fec0::1'), address('10.42.0.3')],
      eth1: [address('10.42.0.3')],
      eth2: undefined,
    });
    expect(readAddresses({ macAddressPath, interfaces }).ip).toEqual(['fec0::1', '10.42.0.3']);
  });

  it('are those of this machine', () => {
    const known = Object.values(networkInterfaces()).flatMap((all = []) => all.map((one) => one.address));
    const { ip } = readAddresses({ macAddressPath: '/sys/class/net' });
    expect(known).toEqual(expect.arrayContaining([...ip]));
  });
});

describe('MAC addresses', () => {
  it('are those of the hardware, in capitals', () => {
    addInterface('wlan0', 'pci0000:00/0000:00:14.3', 'dc:a6:32:00:00:02\n');
    addInterface('eth0', 'platform/soc/fd580000.ethernet', 'dc:a6:32:00:00:01\n');
    addInterface('veth1', 'virtual', '02:00:00:00:00:03\n');
    addInterface('lo', 'virtual', '00:00:00:00:00:00\n');
    addInterface('can0', 'platform/can', '\n');
    addInterface('docker0', 'platform/odd', '02:00:00:00:00:04\n');
    addInterface('usb0', 'platform/usb', '00:00:00:00:00:00\n');
    writeFileSync(join(macAddressPath, 'bonding_masters'), '\n');
    expect(readAddresses({ macAddressPath, interfaces: () => ({}) }).mac).toEqual([
      'DC:A6:32:00:00:01',
      'DC:A6:32:00:00:02',
    ]);
  });

  it('are empty without such a directory', () => {
    expect(readAddresses({ macAddressPath: join(directory, 'none'), interfaces: () => ({}) }).mac).toEqual([]);
  });
});

function address(text: string, internal = false) {
  return { address: text, family: text.includes(':') ? 'IPv6' : 'IPv4', internal };
}

/** As the kernel links them. */
function addInterface(name: string, device: string, mac: string): void {
  const target = join(directory, 'devices', device, 'net', name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'address'), mac);
  symlinkSync(target, join(macAddressPath, name));
}
