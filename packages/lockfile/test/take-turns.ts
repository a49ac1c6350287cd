import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { HeldLock } from '@device-supervisor/update-locks';
import type { DeviceUpdateLocks } from '../src/index.ts';

/** A process that runs contender.sh. */
export interface Contender {
  readonly way: string;
  /** How often each line was printed. */
  readonly lines: Map<string, number>;
}

export interface Visits {
  /** How often we were not alone. */
  readonly violations: number;
  /** The holders that were reported each time that the lock was held. */
  readonly refusals: readonly (readonly HeldLock[])[];
}

/** Of everyone, divided by their number: each turn becomes rarer with it. */
const TURNS = 40;

/** Takes the lock of `1/web` many times, until each contender had many turns too, waiting for a release when it is held. */
export async function takeTurns(
  locks: DeviceUpdateLocks,
  serviceDirectory: string,
  contenders: readonly Contender[],
): Promise<Visits> {
  await using worker = startWorker();
  const stop = new AbortController();
  const changes = locks.watch([{ appId: 1, services: ['web'] }], stop.signal)[Symbol.asyncIterator]();
  let turns = 0;
  let violations = 0;
  const refusals: (readonly HeldLock[])[] = [];
  const wanted = TURNS / contenders.length;
  while (turns < wanted || contenders.some(({ lines }) => (lines.get('entered') ?? 0) < wanted)) {
    const result = await locks.acquire({ appId: 1, services: ['db', 'web'], force: false });
    if (result.status === 'held') {
      refusals.push(result.holders);
      await changes.next();
      continue;
    }
    turns++;
    if (!(await isAlone(locks, join(serviceDirectory, 'inside')))) violations++;
    await result.lease[Symbol.asyncDispose]();
    await worker.work();
  }
  stop.abort();
  return { violations, refusals };
}

/** Does as much as a contender does between two turns, so that the others get a chance. */
interface Worker extends AsyncDisposable {
  work(): Promise<void>;
}

/** A shell, because the process of the tests is large, and the system copies a part of it for each program that it starts. */
function startWorker(): Worker {
  const script = 'while read -r _; do for _ in 1 2 3 4 5 6; do /bin/true; done; echo done; done';
  const shell = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(shell, 'close');
  return {
    async work() {
      const answer = once(shell.stdout, 'data');
      shell.stdin.write('work\n');
      await answer;
    },
    async [Symbol.asyncDispose]() {
      shell.stdin.end();
      await ended;
    },
  };
}

/** The contender inside makes this directory, and removes it when it leaves. */
async function isAlone(locks: DeviceUpdateLocks, inside: string): Promise<boolean> {
  try {
    mkdirSync(inside);
    await locks.holders(1, ['web']);
    rmdirSync(inside);
    return true;
  } catch {
    return false;
  }
}

export function countLines(lines: Map<string, number>, text: string): void {
  for (const line of text.split(/\r?\n/).filter(Boolean)) lines.set(line, (lines.get(line) ?? 0) + 1);
}
