import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigJsonMissingError } from '@device-supervisor/config-json';
import { StoreWriteError } from '@device-supervisor/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHealthConditions, type HealthDependencies } from './health-conditions.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'health-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function conditions(changes: Partial<HealthDependencies>): Promise<readonly { readonly component: string }[]> {
  return await createHealthConditions({
    config: { controlsHost: false, busAddress: '', databasePath: join(directory, 'database.sqlite') },
    store: { fault: null, recovered: null },
    configJson: { problem: null },
    clock: { now: () => Date.UTC(2026, 0, 1) },
    firewallProblems: () => [],
    checkJournal: async () => undefined,
    cloudConnected: () => true,
    clockDoubt: () => null,
    ...changes,
  })();
}

it('has nothing to report of a device that works', async () => {
  // The disk of the machine that the test runs on may be nearly full.
  expect((await conditions({})).filter(({ component }) => component !== 'disk')).toEqual([]);
});

it.each<[string, () => Partial<HealthDependencies>]>([
  ['database', () => ({ store: { fault: new StoreWriteError('/data/db', 'no-space', null), recovered: null } })],
  ['database', () => ({ store: { fault: null, recovered: { setAside: '/data/db.1', reason: 'malformed' } } })],
  ['config.json', () => ({ configJson: { problem: new ConfigJsonMissingError('/mnt/boot/config.json') } })],
  ['clock', () => ({ clock: { now: () => 0 } })],
  ['clock', () => ({ clockDoubt: () => ({ kind: 'offset', ahead: -31_536_000_000 }) })],
  ['clock', () => ({ clockDoubt: () => ({ kind: 'certificate', reason: 'certificate has expired' }) })],
  [
    'disk',
    () => ({ config: { controlsHost: false, busAddress: '', databasePath: '/nowhere/at/all/database.sqlite' } }),
  ],
  [
    'dbus',
    () => ({
      config: {
        controlsHost: true,
        busAddress: 'unix:path=/nowhere',
        databasePath: join(directory, 'database.sqlite'),
      },
    }),
  ],
  ['journal', () => ({ checkJournal: () => Promise.reject(new Error('no journal files')) })],
  ['firewall', () => ({ firewallProblems: () => [new Error('iptables: not found')] })],
  ['cloud', () => ({ cloudConnected: () => false })],
])('reports what is wrong with %s, and what to do (%#)', async (component, changes) => {
  const found = (await conditions(changes())).find((condition) => condition.component === component);
  expect(found).toEqual({ component, message: expect.stringMatching(/.{10}/), remedy: expect.stringMatching(/.{10}/) });
});

it('does not report a bus that answers', async () => {
  const path = join(directory, 'bus');
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  try {
    const config = { controlsHost: true, busAddress: `unix:path=${path}`, databasePath: join(directory, 'db') };
    expect((await conditions({ config })).map(({ component }) => component)).not.toContain('dbus');
  } finally {
    server.close();
  }
});
