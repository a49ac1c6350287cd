import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runStep } from './run-step.mjs';

describe('runStep', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'run-step-'));
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  it('keeps the output in a log', async () => {
    const log = await runStep(root, { title: 'building', log: 'build', ...script(`console.log('built')`) });
    expect(log.text).toBe('built\n');
    expect(await readFile(join(root, '.state/log/build.log'), 'utf8')).toBe('built\n');
  });

  it('fails with the end of the log', async () => {
    const step = { title: 'building', log: 'build', ...script(`console.error('ENOSPC'); process.exit(3)`) };
    await expect(runStep(root, step)).rejects.toThrow('building failed: the disk is full');
  });

  it('names a program that is not installed', async () => {
    const step = { title: 'building', log: 'build', file: 'no-such-program', args: [] };
    await expect(runStep(root, step)).rejects.toThrow('is not installed');
  });

  it('ends the step and all that it started when a signal comes', async () => {
    const marker = join(root, 'marker');
    const grandchild = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const runner = `
      import { runStep } from ${JSON.stringify(import.meta.resolve('./run-step.mjs'))};
      const { spawn } = await import('node:child_process');
      const step = { title: 'x', log: 'x', file: process.execPath, args: ['-e', ${JSON.stringify(
        `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]); setInterval(() => {}, 1000);`,
      )}] };
      await runStep(${JSON.stringify(root)}, step).catch((error) => console.log(error.name, error.signal));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', runner], { stdio: ['ignore', 'pipe', 'pipe'] });
    await expect.poll(() => existsSync(marker)).toBe(true);
    const pid = Number(await readFile(marker, 'utf8'));
    child.kill('SIGTERM');
    expect(String((await once(child.stdout, 'data'))[0])).toBe('Interrupted SIGTERM\n');
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

function script(source: string): { file: string; args: string[] } {
  return { file: process.execPath, args: ['-e', source] };
}

/** A process that has ended and waits to be collected has no command line any more. */
function isRunning(pid: number): boolean {
  const cmdline = `/proc/${pid}/cmdline`;
  return existsSync(cmdline) && readFileSync(cmdline, 'utf8') !== '';
}
