import type { DurableFileSystem } from '@device-supervisor/durable-file';
import {
  createFaultyFileSystem,
  createPowerCutDisk,
  type DiskKind,
  type DiskState,
} from '@device-supervisor/durable-file/testing';
import { describe, expect, it } from 'vitest';
import { openBootConfig, type BootConfig } from './index.ts';

const OLD = '# mine\ngpu_mem=16\n';
const NEW = '# mine\ngpu_mem=64\ndtoverlay=a\ndtparam=x=1\n';
const TARGET = { HOST_CONFIG_gpu_mem: '64', HOST_CONFIG_dtoverlay: '"a,x=1"' };

const start: DiskState = new Map([['/boot/config.txt', { content: Buffer.from(OLD) }]]);

const open = (fileSystem: DurableFileSystem): Promise<BootConfig> =>
  openBootConfig({
    device: { deviceType: 'raspberrypi3', osVersion: null },
    bootMount: '/boot',
    memoryPath: '/data/boot-config.json',
    powerFan: { read: async () => ({ powerMode: null, fanProfile: null }), write: async () => {} },
    fileSystem,
  });

const textOn = (state: DiskState): string => state.get('/boot/config.txt')?.content.toString() ?? 'nothing';

/** Whatever was left, the next attempt makes it as wanted, and one with an empty target takes it away again. */
async function expectToRecover(kind: DiskKind, files: DiskState): Promise<void> {
  const { fileSystem } = createPowerCutDisk({ kind, files });
  await (await open(fileSystem)).write(TARGET);
  expect(Buffer.from(await fileSystem.read('/boot/config.txt')).toString()).toBe(NEW);
  await (await open(fileSystem)).write({});
  expect(Buffer.from(await fileSystem.read('/boot/config.txt')).toString()).toBe('# mine\n');
}

describe.each<DiskKind>(['journalled', 'vfat'])('on a disk that is %s', (kind) => {
  it('a power cut at any call leaves the old config.txt or the new', async () => {
    const disk = createPowerCutDisk({ kind, files: start });
    const states: DiskState[] = [];
    const { fileSystem } = createFaultyFileSystem({
      base: disk.fileSystem,
      onCall: () => void states.push(...disk.afterPowerCut()),
    });
    await (await open(fileSystem)).write(TARGET);
    expect([...new Set(states.map(textOn))]).toEqual([OLD, NEW]);
    expect(disk.afterPowerCut().map(textOn)).toEqual([NEW]);
    for (const state of states) await expectToRecover(kind, state);
  });

  it('a call that fails leaves the old config.txt or the new, or the backup when it was a sync', async () => {
    for (let at = 1; ; at++) {
      const disk = createPowerCutDisk({ kind, files: start });
      const { fileSystem, calls } = createFaultyFileSystem({ base: disk.fileSystem, fault: { at, kind: 'error' } });
      await Promise.allSettled([open(fileSystem).then((bootConfig) => bootConfig.write(TARGET))]);
      if (calls.length < at) break;
      for (const state of disk.afterPowerCut()) {
        const isSync = calls[at - 1]?.startsWith('sync') === true;
        expect([OLD, NEW, ...(isSync && kind === 'vfat' ? ['damaged'] : [])]).toContain(textOn(state));
        await expectToRecover(kind, state);
      }
    }
  });
});
