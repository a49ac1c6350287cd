import {
  createFaultyFileSystem,
  createPowerCutDisk,
  type DiskKind,
  type DiskState,
} from '@device-supervisor/durable-file/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createFakeHost } from '../test/fake-host.ts';
import { createHostConfig, type HostConfiguration, type ProxyConfig } from './index.ts';

const OLD = { type: 'socks4', ip: '198.51.100.1', port: 1, login: 'old', noProxy: ['10.1.1.1'] } as const;
const NEW = { type: 'http-connect', ip: '203.0.113.7', port: 8080, password: 'n{w', noProxy: ['10.2.2.2'] } as const;

/** Values before a change, and after it. */
const CHANGES = [
  { name: 'a first proxy', old: undefined, proxy: NEW, wanted: NEW },
  { name: 'another proxy', old: OLD, proxy: { ...NEW, login: null }, wanted: NEW },
  { name: 'no proxy', old: OLD, proxy: null, wanted: undefined },
] as const;

const host = createFakeHost();
afterAll(() => host[Symbol.dispose]());

describe.each<DiskKind>(['journalled', 'vfat'])('on a disk that is %s', (kind) => {
  it.each(CHANGES)(
    '$name is set as a whole or not at all, whenever the power is cut',
    async ({ old, proxy, wanted }) => {
      const before = await stateWith(kind, old);
      const disk = createPowerCutDisk({ kind, files: before });
      const during: DiskState[] = [];
      const { fileSystem } = createFaultyFileSystem({
        base: disk.fileSystem,
        onCall: () => void during.push(...disk.afterPowerCut()),
      });
      await open(fileSystem).patch({ network: { proxy } });
      expect(during.length).toBeGreaterThan(10);

      const atBoot = [textIn(before), textIn(disk.afterPowerCut()[0])];
      // On vfat, a file that is new may be empty.
      if (kind === 'vfat' && old === undefined) atBoot.push('');
      for (const state of during) {
        expect(atBoot).toContain(textIn(state));
        const rebooted = open(createPowerCutDisk({ kind, files: state }).fileSystem);
        const found = (await rebooted.get()).network.proxy;
        // Exceptions come before their proxy, and go after it.
        const between = old === undefined ? undefined : { ...old, noProxy: NEW.noProxy };
        expect([old, between, wanted]).toContainEqual(found);
        await rebooted.patch({ network: { proxy } });
        expect((await rebooted.get()).network.proxy).toEqual(wanted);
      }
      for (const state of disk.afterPowerCut()) {
        const rebooted = open(createPowerCutDisk({ kind, files: state }).fileSystem);
        expect((await rebooted.get()).network.proxy).toEqual(wanted);
      }
    },
  );

  it.each(CHANGES)('$name is set by the next request after any call that failed', async ({ old, proxy, wanted }) => {
    const files = await stateWith(kind, old);
    for (let at = 1; ; at++) {
      const { fileSystem, calls } = createFaultyFileSystem({
        base: createPowerCutDisk({ kind, files }).fileSystem,
        fault: { at, kind: 'error' },
      });
      const hostConfig = open(fileSystem);
      await Promise.allSettled([hostConfig.patch({ network: { proxy } })]);
      if (calls.length < at) break;
      await hostConfig.patch({ network: { proxy } });
      expect((await hostConfig.get()).network.proxy).toEqual(wanted);
    }
  });
});

function open(fileSystem: Parameters<typeof createHostConfig>[0]['fileSystem']): HostConfiguration {
  return createHostConfig({ paths: host.paths, ...host.ports, ...(fileSystem === undefined ? {} : { fileSystem }) });
}

/** redsocks.conf as redsocks finds it when the device boots. */
function textIn(state: DiskState | undefined): string | undefined {
  return state?.get(host.paths.redsocks)?.content.toString();
}

async function stateWith(kind: DiskKind, proxy: ProxyConfig | undefined): Promise<DiskState> {
  const disk = createPowerCutDisk({ kind, files: new Map() });
  await open(disk.fileSystem).patch({ network: proxy === undefined ? {} : { proxy } });
  const [state = new Map()] = disk.afterPowerCut();
  return state;
}
