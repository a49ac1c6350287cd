import {
  createFaultyFileSystem,
  createPowerCutDisk,
  type DiskKind,
  type DiskState,
} from '@device-supervisor/durable-file/testing';
import { describe, expect, it } from 'vitest';
import { openConfigJson } from './index.ts';

const PATH = '/boot/config.json';
const OLD = '{"uuid":"0123456789abcdef0123456789abcdef","foreign":1,"hostname":"old"}';
const NEW = OLD.replace('old', 'new');
const DAMAGED = '{"uuid":"0123456789';

function textOn(state: DiskState, path: string = PATH): string {
  const content = state.get(path)?.content ?? 'nothing';
  return typeof content === 'string' ? content : Buffer.from(content).toString();
}

function diskWith(text: string): DiskState {
  return new Map([[PATH, { content: Buffer.from(text) }]]);
}

describe.each<DiskKind>(['journalled', 'vfat'])('on a disk that is %s, a power cut at any call', (kind) => {
  it('leaves the old config.json or the new, which can be changed again', async () => {
    const disk = createPowerCutDisk({ kind, files: diskWith(OLD) });
    const states: DiskState[] = [];
    const { fileSystem } = createFaultyFileSystem({
      base: disk.fileSystem,
      onCall: () => void states.push(...disk.afterPowerCut()),
    });
    await openConfigJson({ path: PATH, fileSystem }).update({ hostname: 'new' });
    expect([...new Set(states.map((state) => textOn(state)))]).toEqual([OLD, NEW]);
    expect(disk.afterPowerCut().map((state) => textOn(state))).toEqual([NEW]);
    for (const state of states) {
      const after = createPowerCutDisk({ kind, files: state });
      await openConfigJson({ path: PATH, fileSystem: after.fileSystem }).update({ hostname: 'third' });
      const third = OLD.replace('old', 'third');
      expect(after.afterPowerCut().every((each) => textOn(each) === third)).toBe(true);
    }
  });

  it('leaves a damaged one as it is, while it is kept aside', async () => {
    const disk = createPowerCutDisk({ kind, files: diskWith(DAMAGED) });
    const states: DiskState[] = [];
    const { fileSystem } = createFaultyFileSystem({
      base: disk.fileSystem,
      onCall: () => void states.push(...disk.afterPowerCut()),
    });
    await expect(openConfigJson({ path: PATH, fileSystem }).ensureIdentity()).rejects.toMatchObject({
      code: 'CONFIG_JSON_DAMAGED',
      details: { copy: `${PATH}.damaged-1` },
    });
    expect([...new Set([...states, ...disk.afterPowerCut()].map((state) => textOn(state)))]).toEqual([DAMAGED]);
    expect(disk.afterPowerCut().map((state) => textOn(state, `${PATH}.damaged-1`))).toEqual([DAMAGED]);
  });
});
