import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineInfo } from '@device-supervisor/engine';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.ts';
import { claimEngine, EngineInUseError, type EngineClaimOptions } from './claim-engine.ts';
import { TEST_ENGINE_INFO } from './test-engine-info.ts';

let directory: string;
let lines: string[];
let timers: (() => void)[];
let lost: unknown[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claim-'));
  lines = [];
  timers = [];
  lost = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function options(info: () => Promise<EngineInfo>, endpoint = 'unix:///a.sock'): EngineClaimOptions {
  return {
    engine: { info },
    endpoint,
    directory,
    clock: {
      now: () => 0,
      monotonic: () => 0,
      schedule(_, callback) {
        timers.push(callback);
        return { [Symbol.dispose]: () => undefined };
      },
    },
    log: createLogger({ level: 'info', format: 'human', now: () => new Date(0), write: (line) => lines.push(line) }),
    onLost: (error) => lost.push(error),
  };
}

async function engine(id = 'ABCD'): Promise<EngineInfo> {
  return { ...TEST_ENGINE_INFO, id };
}

async function away(): Promise<EngineInfo> {
  throw new Error('ECONNREFUSED');
}

it('has one supervisor for an engine, by whatever socket it is reached', async () => {
  const first = await claimEngine(options(() => engine()));
  expect(lines.join('')).toContain('Engine 20.10.24 at unix:///a.sock');
  await expect(claimEngine(options(() => engine(), 'unix:///b.sock'))).rejects.toBeInstanceOf(EngineInUseError);
  using _other = await claimEngine(options(() => engine('EFGH')));
  first[Symbol.dispose]();
  using _again = await claimEngine(options(() => engine()));
});

it('does not wait for an engine that is down, and claims it once it answers', async () => {
  let answer = away;
  using _claim = await claimEngine(options(() => answer()));
  expect(lines.join('')).toContain('does not answer yet');
  answer = engine;
  for (const expire of timers) expire();
  await expect.poll(() => lines.join('')).toContain('Engine 20.10.24');
  await expect(claimEngine(options(() => engine()))).rejects.toBeInstanceOf(EngineInUseError);
});

it('tells later when another supervisor has the engine that was down', async () => {
  using _other = await claimEngine(options(() => engine()));
  let answer = away;
  using _claim = await claimEngine(options(() => answer()));
  answer = engine;
  for (const expire of timers) expire();
  await expect.poll(() => lost).toEqual([expect.any(EngineInUseError)]);
});

it('does not stop a device whose host keeps no locks', async () => {
  using _claim = await claimEngine({ ...options(() => engine()), directory: '/proc/none' });
  expect(lines.join('')).toContain('cannot make sure that it is the only one');
});
