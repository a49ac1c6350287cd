import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withExclusiveUse } from '@device-supervisor/bootstrap/exclusive-use';
import { runChecks } from './run-checks.ts';
import { STEPS } from './steps.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  const list = STEPS.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}\n`).join('');
  process.stderr.write(`There is no step ${unknown.join(', ')}. Steps, in this order:\n${list}`);
  process.exitCode = 2;
} else {
  const root = join(import.meta.dirname, '../../..');
  const steps = STEPS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  mkdirSync(join(root, '.state'), { recursive: true });
  // Two at once would take each other's build and results for their own.
  const allPassed = await withExclusiveUse(join(root, '.state/checks.lock'), () => {
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
    return runChecks(steps, { root, signal: ending.signal, write: (text) => process.stdout.write(text) });
  });
  process.exitCode = allPassed ? 0 : 1;
}
