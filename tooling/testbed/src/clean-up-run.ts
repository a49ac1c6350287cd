/**
 * Waits for the end of standard input, which every process of a run holds open at its other end, and removes what the
 * run's namespaces did not take with them: cgroups of its engines, and its temporary directory (the parameter).
 * Started by the launcher; ends with 1 when something could not be removed.
 */
import { rm } from 'node:fs/promises';
import { removeEngineCgroups } from '@device-supervisor/local-engine';

const [, , directory] = process.argv;
if (directory === undefined) throw new TypeError('the parameter is the temporary directory of the run');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.resume();
process.stdin.once('end', () => void cleanUp(directory));

async function cleanUp(run: string): Promise<void> {
  const left = await removeEngineCgroups(run);
  await rm(run, { recursive: true, force: true, maxRetries: 5 });
  if (left.length === 0) return;
  process.stderr.write(`could not remove ${left.join(', ')}\n`);
  process.exitCode = 1;
}
