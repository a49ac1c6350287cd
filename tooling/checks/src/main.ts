import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withExclusiveUse } from '@device-supervisor/bootstrap/exclusive-use';
import { readRequest } from './read-request.ts';
import { runChecks } from './run-checks.ts';
import { STEPS, type Step } from './steps.ts';

const root = join(import.meta.dirname, '../../..');
const request = readRequest(root, process.argv.slice(2));
switch (request.kind) {
  case 'refused': {
    const list = STEPS.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}\n`).join('');
    process.stderr.write(
      `${request.reason} Usage: npm test -- [step …] [path …] [--watch | --force]. Steps, in this order:\n${list}`,
    );
    process.exitCode = 2;
    break;
  }
  case 'watch':
    process.exitCode = await watch(request.command);
    break;
  case 'run':
    process.exitCode = (await run(request.steps)) ? 0 : 1;
}

async function run(steps: readonly Step[]): Promise<boolean> {
  mkdirSync(join(root, '.state'), { recursive: true });
  // Two runs at once in this folder would take each other's build and results for their own.
  return await withExclusiveUse(join(root, '.state/checks.lock'), () => {
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
    return runChecks(steps, { root, signal: ending.signal, write: (text) => process.stdout.write(text) });
  });
}

/** The terminal belongs to vitest until it ends. */
async function watch([program, ...args]: Step['command']): Promise<number> {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  await once(child, 'exit');
  return child.exitCode ?? 1;
}
