import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

/** Says who it is and what reaches it; ends some time after the first signal. */
const PROGRAM = `
  const { writeSync } = require('node:fs');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => { writeSync(1, signal + '\\n'); setTimeout(() => process.exit(7), 50); });
  }
  setInterval(() => {}, 1000);
  writeSync(1, 'pid ' + process.pid + '\\n');`;

describe('runInForeground', () => {
  let parent: ChildProcess;

  afterEach(() => {
    parent.kill('SIGKILL');
  });

  it('passes a signal on once, though npm repeats it, waits, and ends with the same code', async () => {
    const lines = await start(PROGRAM);
    parent.kill('SIGINT');
    parent.kill('SIGINT');
    const ended = once(parent, 'close');
    expect(await lines.rest()).toEqual(['SIGINT']);
    expect(await ended).toEqual([7, null]);
  });

  it('ends by the signal that ended the program', async () => {
    const lines = await start(`require('node:fs').writeSync(1, 'pid\\n'); process.kill(process.pid, 'SIGTERM');`);
    const ended = once(parent, 'close');
    await lines.rest();
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('takes the program along when it is killed', async () => {
    const lines = await start(PROGRAM);
    parent.kill('SIGKILL');
    // The kernel may say it once per thread that ends.
    expect(new Set(await lines.rest())).toEqual(new Set(['SIGTERM']));
  });

  it('ends the program when npm, which started it, is killed', async () => {
    const runner = runnerOf(PROGRAM);
    const npm = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(runner)}], {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, npm_lifecycle_event: 'start' },
      });`;
    const lines = await startProgram(['-e', npm]);
    parent.kill('SIGKILL');
    expect(new Set(await lines.rest())).toEqual(new Set(['SIGTERM']));
  });

  /** Runs a program through it in another process, and reads its first line. */
  async function start(program: string): Promise<{ rest: () => Promise<string[]> }> {
    return await startProgram(['--input-type=module', '-e', runnerOf(program)]);
  }

  function runnerOf(program: string): string {
    return `
      import { endLike, runInForeground } from ${JSON.stringify(import.meta.resolve('./run-in-foreground.mjs'))};
      endLike(await runInForeground(process.execPath, ['-e', ${JSON.stringify(program)}], { env: process.env }));`;
  }

  async function startProgram(args: readonly string[]): Promise<{ rest: () => Promise<string[]> }> {
    const { npm_lifecycle_event: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    parent = child;
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatch(/^pid/);
    return {
      rest: async () => {
        const rest: string[] = [];
        for (let line = await lines.next(); line.done !== true; line = await lines.next()) rest.push(line.value);
        return rest;
      },
    };
  }
});
