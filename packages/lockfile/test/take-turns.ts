import { execFile } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    await workWithoutLock();
  }
  stop.abort();
  return { violations, refusals };
}

/** As much as a contender does between two turns, so that the others get a chance. */
async function workWithoutLock(): Promise<void> {
  for (let time = 0; time < 6; time++) await promisify(execFile)('/bin/true');
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
