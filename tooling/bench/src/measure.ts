import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Candidate } from './candidates.ts';

/** Milliseconds. */
export interface StartFigures {
  readonly median: number;
  readonly least: number;
}

export interface IdleFigures {
  /** Bytes, with the pages of program files, of which a kernel maps as many as it likes. */
  readonly resident: number;
  /** Bytes that no file stands for. */
  readonly own: number;
  /** Milliseconds of processor time. */
  readonly cpuPerMinute: number;
}

/** Milliseconds for a process to become idle before it is measured: the runtime collects the garbage of a start until then. */
const SETTLING = 20_000;
const READS = 20;

/** Starts the candidates in turn, so that a machine that changes its speed changes it for all of them. */
export async function measureStart(candidates: readonly Candidate[], runs: number): Promise<StartFigures[]> {
  const times = candidates.map((): number[] => []);
  for (let run = 0; run <= runs; run++) {
    for (const [index, candidate] of candidates.entries()) {
      const before = performance.now();
      const child = await candidate.spawn();
      await answered(candidate.ping);
      // The first one warms the file cache up.
      if (run > 0) times[index]?.push(performance.now() - before);
      await end(child);
    }
  }
  return times.map((all) => {
    const sorted = all.toSorted((a, b) => a - b);
    return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, least: sorted[0] ?? 0 };
  });
}

/** Watches the candidates at rest, all at once. */
export async function measureIdle(candidates: readonly Candidate[], seconds: number): Promise<IdleFigures[]> {
  const children = await Promise.all(candidates.map((candidate) => candidate.spawn()));
  try {
    for (const { ping } of candidates) for (let read = 0; read < READS; read++) await answered(ping);
    await delay(SETTLING);
    const before = await Promise.all(children.map(processorTime));
    await delay(seconds * 1000);
    const after = await Promise.all(children.map(processorTime));
    const resident = await Promise.all(children.map(residentMemory));
    const own = await Promise.all(children.map(ownMemory));
    return children.map((_, index) => ({
      resident: resident[index] ?? 0,
      own: own[index] ?? 0,
      cpuPerMinute: (((after[index] ?? 0) - (before[index] ?? 0)) * 60) / seconds,
    }));
  } finally {
    await Promise.all(children.map(end));
  }
}

/** Asks until it is answered. */
async function answered(url: string): Promise<void> {
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const request = get(url, { agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    request.once('error', () => resolve(false));
    if (await promise) return;
    await delay(2);
  }
}

/**
 * Milliseconds of all threads, as the scheduler counts them. The ticks of /proc/<pid>/stat are samples of 10 ms: a process
 * that wakes up for a moment, on a machine that others keep busy, gets a whole one for it.
 */
async function processorTime({ pid }: ChildProcess): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/schedstat`, 'utf8')));
  return times.reduce((sum, time) => sum + Number(time.split(' ')[0]) / 1e6, 0);
}

/** Bytes. */
export function residentMemory({ pid }: ChildProcess): Promise<number> {
  return memoryOf(pid, 'VmRSS');
}

function ownMemory({ pid }: ChildProcess): Promise<number> {
  return memoryOf(pid, 'RssAnon');
}

async function memoryOf(pid: number | undefined, field: 'VmRSS' | 'RssAnon'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
