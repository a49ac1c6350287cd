import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { nodeProgram, type Consumer } from './consumer.ts';
import { DEVICE_EXAMPLES } from './device-examples.ts';

const run = promisify(execFile);

const EXAMPLES = resolve(import.meta.dirname, '../../../../examples/libraries');

const TIMEOUT = 60_000;

/** Copies the examples into a consumer. @returns their files, relative to it */
export async function copyExamples({ folder }: Consumer): Promise<string[]> {
  const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.ts'));
  await mkdir(join(folder, 'examples'));
  for (const name of names) await cp(join(EXAMPLES, name), join(folder, 'examples', name));
  return names.map((name) => `examples/${name}`);
}

/**
 * Runs the examples that need nothing but Node.js, each in an empty folder.
 *
 * @returns one sentence for each that ends with an error
 */
export async function runExamples(consumer: Consumer, files: readonly string[], node: number): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    if (DEVICE_EXAMPLES.has(basename(file, '.ts'))) continue;
    const cwd = await mkdtemp(join(consumer.folder, 'example-'));
    try {
      await run(nodeProgram(consumer, node), [join(consumer.folder, file)], { cwd, timeout: TIMEOUT });
    } catch (error) {
      const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
      problems.push(`${file} on Node.js ${node}: ${output.trim().split('\n').slice(0, 12).join('\n  ')}`);
    }
  }
  return problems;
}
