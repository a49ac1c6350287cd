import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore, StoreInUseError } from '@device-supervisor/store';
import { startWriter } from './start-writer.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(directory, 'database.sqlite');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('has every committed change, and is whole, after a kill in the middle of writing', async () => {
  for (let round = 1; round <= 8; round++) {
    const writer = startWriter(path);
    await writer.committed(round * 13);
    const last = await writer.kill();

    using store = openStore({ path });
    expect(store.recovered).toBeNull();
    // Between two commits of the writer, the target is one behind; after the last line, both may be one ahead.
    const number = Number(store.settings.get('number'));
    const target = Number(store.targets.load('cloud')?.name);
    expect([last, last + 1]).toContain(number);
    expect([number - 1, number]).toContain(target);
    expect(target).toBeGreaterThanOrEqual(last);
  }
  expect(readdirSync(directory).sort()).toEqual(['database.sqlite', 'database.sqlite.lock']);
});

it('keeps a second process out, until the first is gone, however it went', async () => {
  const writer = startWriter(path);
  await writer.committed(1);
  expect(() => openStore({ path })).toThrow(StoreInUseError);
  await writer.committed(2);
  await writer.kill();
  using store = openStore({ path });
  expect(store.targets.load('cloud')).not.toBeNull();
});
