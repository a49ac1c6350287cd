import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSupervisors } from './find-supervisors.ts';
import { ownStateFolder } from './own-state-folder.ts';
import { identifyProcess, isRunning, signalProcess } from './process-identity.ts';
import { sessionFile, type SessionRecord } from './session-record.ts';
import { prepareStateFolder } from './state-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('identifyProcess', () => {
  it('distinguishes a process from a later one with the same id, and does not signal the latter', async () => {
    const child = spawn('sleep', ['100']);
    await once(child, 'spawn');
    const identity = await identifyProcess(child.pid ?? 0);
    if (identity === null) throw new Error('it has not started');
    expect(await isRunning(identity)).toBe(true);
    for (const other of [
      { ...identity, startTime: '1' },
      { ...identity, scope: 'another boot' },
    ]) {
      expect(await isRunning(other)).toBe(false);
      await signalProcess(other, 'SIGKILL');
    }
    expect(await isRunning(identity)).toBe(true);
    const exit = once(child, 'exit');
    await signalProcess(identity, 'SIGTERM');
    expect(await exit).toEqual([null, 'SIGTERM']);
    expect(await isRunning(identity)).toBe(false);
    expect(await identifyProcess(identity.pid)).toBeNull();
    await signalProcess(identity, 'SIGTERM');
  });
});

describe('findSupervisors', () => {
  it('finds a process by its database alone', async () => {
    const path = join(folder, 'database.sqlite');
    const child = spawn('sleep', ['100'], { env: { PATH: process.env['PATH'], DATABASE_PATH: path } });
    await once(child, 'spawn');
    expect((await findSupervisors(path)).map(({ pid }) => pid)).toEqual([child.pid]);
    expect(await findSupervisors(`${path}2`)).toEqual([]);
    child.kill();
  });
});

describe('ownStateFolder', () => {
  it('belongs to one at a time', async () => {
    const first = await ownStateFolder(folder);
    expect(first).not.toBeNull();
    expect(await ownStateFolder(folder)).toBeNull();
    await first?.[Symbol.asyncDispose]();
    await using second = await ownStateFolder(folder);
    expect(second).not.toBeNull();
  });
});

describe('sessionFile', () => {
  const record: SessionRecord = {
    version: 2,
    owner: null,
    engine: { endpoint: 'unix:///run/x.sock', kind: 'private' },
    supervisor: { process: { pid: 5, startTime: '7', scope: 's' }, port: 48484, setup: '{}' },
    madeSupervisorNetwork: true,
    project: { name: 'shop', directory: '/shop' },
    volumes: [{ project: 'shop', name: 'data' }],
  };

  it('reads what was written, and nothing of what is damaged', async () => {
    const file = sessionFile(folder);
    expect(await file.read()).toBeNull();
    await file.write(record);
    expect(await file.read()).toEqual(record);
    const text = await readFile(join(folder, 'session.json'), 'utf8');
    for (const damaged of ['', text.slice(0, 40), '[]', text.replace('"version": 2', '"version": 1')]) {
      await writeFile(join(folder, 'session.json'), damaged);
      expect(await file.read()).toBeNull();
    }
    await file.remove();
    await file.remove();
  });
});

describe('prepareStateFolder', () => {
  it.each(['/dev/null/state', '/proc/state/deeper'])('reports that it cannot write to %s', async (directory) => {
    await expect(prepareStateFolder(directory)).rejects.toThrow(`nothing can be written to ${directory}`);
  });

  it('makes the folders above it', async () => {
    const directory = join(folder, 'not', 'there', 'yet');
    expect(await prepareStateFolder(directory)).toMatchObject({ directory });
    expect(await readFile(join(directory, 'config.json'), 'utf8')).toBe('{}\n');
  });

  it('makes a configuration once, and keeps what the supervisor writes there', async () => {
    const state = await prepareStateFolder(folder);
    await writeFile(state.configJsonPath, '{"uuid":"abc"}');
    await prepareStateFolder(folder);
    expect(await readFile(state.configJsonPath, 'utf8')).toBe('{"uuid":"abc"}');
    expect(JSON.parse(await readFile(join(state.bootMount, 'device-type.json'), 'utf8'))).toMatchObject({
      slug: expect.stringMatching(/^generic-/),
    });
  });
});
