import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LockHolder } from '@device-supervisor/compose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryDirectory, type TemporaryDirectory } from '../test/temporary-directory.ts';
import { createUpdateLocks, LOCK_NAMES, type DeviceUpdateLocks } from './index.ts';

let temporary: TemporaryDirectory;
let stopFile: string;
let contenders: Contender[];
beforeEach(() => {
  temporary = createTemporaryDirectory();
  stopFile = temporary.elsewhere;
  contenders = [];
});
afterEach(async () => {
  await stopContenders();
  temporary[Symbol.dispose]();
});

interface Contender {
  readonly way: string;
  /** How often each line was printed. */
  readonly lines: Map<string, number>;
  readonly closed: Promise<unknown>;
}

function contend(way: string, lock: string): void {
  const script = fileURLToPath(new URL('../test/contender.sh', import.meta.url));
  const child = spawn('sh', [script, way, lock, stopFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = new Map<string, number>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) lines.set(line, (lines.get(line) ?? 0) + 1);
  });
  contenders.push({ way, lines, closed: once(child, 'close') });
}

async function stopContenders(): Promise<void> {
  writeFileSync(stopFile, '');
  await Promise.all(contenders.map(({ closed }) => closed));
}

/** Of everyone, divided by their number: each turn becomes rarer with it. */
const TURNS = 40;

interface Visits {
  /** How often it was not alone. */
  readonly violations: number;
  /** What it was told each time that the lock was held. */
  readonly refusals: readonly (readonly LockHolder[])[];
}

/** Takes many turns, waiting for a release whenever the lock is held. */
async function enterAgainAndAgain(locks: DeviceUpdateLocks, inside: string): Promise<Visits> {
  const stop = new AbortController();
  const changes = locks.watch([{ appId: 1, services: ['web'] }], stop.signal)[Symbol.asyncIterator]();
  let turns = 0;
  let violations = 0;
  const refusals: (readonly LockHolder[])[] = [];
  const wanted = TURNS / contenders.length;
  while (turns < wanted || contenders.some(({ lines }) => (lines.get('entered') ?? 0) < wanted)) {
    const result = await locks.acquire({ appId: 1, services: ['db', 'web'], force: false });
    if (result.status === 'held') {
      refusals.push(result.holders);
      await changes.next();
      continue;
    }
    turns++;
    try {
      mkdirSync(inside);
      await locks.holders(1, ['web']);
      rmdirSync(inside);
    } catch {
      violations++;
    }
    await result.lease[Symbol.asyncDispose]();
  }
  stop.abort();
  return { violations, refusals };
}

const hasProcmail = spawnSync('lockfile', ['-v']).error === undefined;
const ways = ['mkdir', 'open', 'link', 'symlink', ...(hasProcmail ? ['lockfile'] : [])];

const races: [string, string[]][] = [
  ...ways.map((way): [string, string[]] => [way, [way, way]]),
  ['every way at once', ways],
];

describe.each(LOCK_NAMES)('services that race for %s', (name) => {
  it.each(races)('never hold it together with us: %s', { timeout: 120_000 }, async (_, racing) => {
    await using locks = createUpdateLocks({ directory: temporary.directory });
    await locks.prepare(1, 'web');
    for (const way of racing) contend(way, temporary.lock(1, 'web', name));
    const { violations, refusals } = await enterAgainAndAgain(locks, join(temporary.service(1, 'web'), 'inside'));
    await stopContenders();
    expect(violations).toBe(0);
    expect(refusals).toEqual(refusals.map(() => [{ appId: 1, service: 'web' }]));
    expect(contenders.filter(({ lines }) => lines.has('violation'))).toEqual([]);
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
    expect(temporary.litter()).toEqual([]);
  });
});
