import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaultyFileSystem, type Fault } from '@device-supervisor/durable-file/testing';
import { ConfigJsonContendedError, ConfigJsonReadError, ConfigJsonWriteError, openConfigJson } from './index.ts';

const OLD = '{"uuid":"0123456789abcdef0123456789abcdef","foreign":1,"hostname":"old"}';
const NEW = OLD.replace('old', 'new');

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-json-'));
  path = join(directory, 'config.json');
  writeFileSync(path, OLD);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const content = (): string => readFileSync(path, 'utf8');

/** The error of a failed update, or the keys that it changed. */
function outcomeOf(result: unknown): unknown {
  if (!(result instanceof ConfigJsonReadError || result instanceof ConfigJsonWriteError)) return result;
  return { code: result.code, details: result.details, isHelpful: (result.hint ?? '') !== '' };
}

/** Of an update of the hostname whose call number `at` fails; to clear up after it is not a part of it. */
function expectedOutcome(call: string, at: number, kind: Fault['kind']): unknown {
  if (call === 'list' && kind === 'error') return ['hostname'];
  const code = at === 1 ? 'CONFIG_JSON_UNREADABLE' : 'CONFIG_JSON_UNWRITABLE';
  return { code, details: { path, systemCode: 'EIO' }, isHelpful: true };
}

describe('changing the file', () => {
  it('makes the new content durable before it takes the place of the old, and that after', async () => {
    const { fileSystem, calls } = createFaultyFileSystem();
    await openConfigJson({ path, fileSystem }).update({ hostname: 'new' });
    expect(calls).toEqual([
      'read',
      'resolve',
      'list',
      'open',
      'attributes',
      'create',
      'attributes',
      'chmod',
      'write',
      'sync',
      'read',
      'rename',
      'syncDirectory',
      'sync',
      'close',
      'close',
    ]);
  });

  describe.each<[Fault['kind'], { mayLeave: number }]>([
    ['error', { mayLeave: 0 }],
    ['crash', { mayLeave: 1 }],
  ])('when a call fails (%s)', (kind, { mayLeave }) => {
    it('leaves the old content or the new, and nothing else once it succeeds again', async () => {
      const failed: string[] = [];
      for (let at = 1; ; at++) {
        writeFileSync(path, OLD);
        const { fileSystem, calls } = createFaultyFileSystem({ fault: { at, kind } });
        const result: unknown = await openConfigJson({ path, fileSystem })
          .update({ hostname: 'new' })
          .catch((thrown: unknown) => thrown);
        const call = calls[at - 1];
        if (call === undefined) break;
        failed.push(call);
        const replaced = calls.slice(0, at - 1).includes('rename') || (call === 'list' && kind === 'error');
        expect([call, content()]).toEqual([call, replaced ? NEW : OLD]);
        expect([call, outcomeOf(result)]).toEqual([call, expectedOutcome(call, at, kind)]);
        const left = readdirSync(directory).filter((name) => name !== 'config.json');
        expect([call, left.length <= mayLeave]).toEqual([call, true]);

        await openConfigJson({ path }).update({ hostname: 'third' });
        expect([call, content()]).toEqual([call, OLD.replace('old', 'third')]);
        expect([call, readdirSync(directory)]).toEqual([call, ['config.json']]);
      }
      expect(failed).toHaveLength(16);
    });
  });

  it('does not mind a file system that cannot sync directories', async () => {
    const { fileSystem } = createFaultyFileSystem();
    const file = openConfigJson({
      path,
      fileSystem: {
        ...fileSystem,
        syncDirectory: async () => {
          throw Object.assign(new Error('not supported'), { code: 'EINVAL' });
        },
      },
    });
    expect(await file.update({ hostname: 'new' })).toEqual(['hostname']);
  });

  it.each([
    ['EROFS', /writable/],
    ['ENOSPC', /Free space/],
    ['EACCES', /write the directory/],
    ['EBUSY', /Mount the directory/],
  ])('says what to do about %s', async (code, hint) => {
    const { fileSystem } = createFaultyFileSystem();
    const file = openConfigJson({
      path,
      fileSystem: {
        ...fileSystem,
        rename: async () => {
          throw Object.assign(new Error(code), { code });
        },
      },
    });
    await expect(file.update({ hostname: 'new' })).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
    expect(readdirSync(directory)).toEqual(['config.json']);
  });
});

describe('another program that changes the file', () => {
  it('keeps what it wrote between our reading and our writing', async () => {
    let times = 2;
    const { fileSystem } = createFaultyFileSystem({
      onCall: (name) => {
        if (name === 'sync' && times > 0) writeFileSync(path, OLD.replace('"foreign":1', `"foreign":${times--}00`));
      },
    });
    expect(await openConfigJson({ path, fileSystem }).update({ hostname: 'new' })).toEqual(['hostname']);
    expect(content()).toBe(NEW.replace('"foreign":1', '"foreign":100'));
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  it('keeps what it made where nothing was', async () => {
    rmSync(path);
    let done = false;
    const { fileSystem } = createFaultyFileSystem({
      onCall: (name) => {
        if (name === 'sync' && !done) writeFileSync(path, OLD);
        if (name === 'sync') done = true;
      },
    });
    await openConfigJson({ path, fileSystem }).update({ hostname: 'new' });
    expect(content()).toBe(NEW);
  });

  it('is not overwritten when it removes the file', async () => {
    const { fileSystem } = createFaultyFileSystem({
      onCall: (name) => {
        if (name === 'sync') rmSync(path, { force: true });
      },
    });
    await expect(openConfigJson({ path, fileSystem }).update({ hostname: 'new' })).rejects.toMatchObject({
      code: 'CONFIG_JSON_UNWRITABLE',
      details: { systemCode: 'ENOENT' },
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('wins when it never stops', async () => {
    let count = 0;
    const { fileSystem } = createFaultyFileSystem({
      onCall: (name) => {
        if (name === 'sync') writeFileSync(path, OLD.replace('1,', `${count++},`));
      },
    });
    await expect(openConfigJson({ path, fileSystem }).update({ hostname: 'new' })).rejects.toBeInstanceOf(
      ConfigJsonContendedError,
    );
    expect(content()).toContain('old');
    expect(readdirSync(directory)).toEqual(['config.json']);
  });
});
