import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceTypeError, readHostDescription, type HostDescription } from './index.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'host-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('readHostDescription', () => {
  it('reads what the host says', async () => {
    put('boot/device-type.json', '{"slug":"raspberrypi4-64","arch":"aarch64","name":"Raspberry Pi 4"}');
    put('root/etc/hostname', 'a1b2c3d\n');
    put(
      'root/etc/os-release',
      `ID="balena-os"
NAME="balenaOS"
VERSION_ID="5.1.20"
PRETTY_NAME="balenaOS 5.1.20"
VARIANT_ID=prod
META_BALENA_VERSION="5.1.20"
RESIN_BOARD_REV="7ab3f51"
`,
    );
    mkdirSync(join(directory, 'root/lib/modules'), { recursive: true });
    expect(await read()).toEqual({
      deviceType: 'raspberrypi4-64',
      arch: 'aarch64',
      hostName: 'a1b2c3d',
      os: {
        prettyName: 'balenaOS 5.1.20',
        id: 'balena-os',
        version: '5.1.20',
        variant: 'prod',
        metaBalenaVersion: '5.1.20',
        boardRevision: '7ab3f51',
      },
      kernelVersion: release(),
      l4tVersion: null,
      hasKernelModules: true,
      hasFirmware: false,
      problems: [],
    });
  });

  it('tells from the machine what the host does not say', async () => {
    const { arch, deviceType, hostName, os, problems } = await read();
    expect({ deviceType, hostName, problems }).toEqual({
      deviceType: `generic-${arch}`,
      hostName: hostname(),
      problems: [],
    });
    expect(new Set(Object.values(os))).toEqual(new Set([null]));
  });

  it.each(['', 'garbage', '[]', '{"slug":5}', '{"slug":""}'])(
    'takes a device-type.json of %o for none',
    async (text) => {
      put('boot/device-type.json', text);
      const { arch, deviceType, problems } = await read();
      expect(deviceType).toBe(`generic-${arch}`);
      expect(problems).toEqual([expect.any(DeviceTypeError)]);
      expect(problems[0]?.details).toEqual({ path: join(directory, 'boot/device-type.json') });
    },
  );
});

function read(): Promise<HostDescription> {
  return readHostDescription({
    rootMount: join(directory, 'root'),
    bootMount: join(directory, 'boot'),
    osReleasePath: join(directory, 'root/etc/os-release'),
  });
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}
