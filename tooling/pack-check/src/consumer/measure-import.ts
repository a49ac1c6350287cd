import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { nodeProgram, type Consumer } from './consumer.ts';

const run = promisify(execFile);

export interface ImportCost {
  readonly milliseconds: number;
  /** Megabytes of memory that the process has more after it. */
  readonly megabytes: number;
}

const ImportCost = z.object({ milliseconds: z.number(), megabytes: z.number() });

const PROGRAM = `
  const before = process.memoryUsage.rss();
  const started = performance.now();
  await import(process.argv[1]);
  const milliseconds = performance.now() - started;
  console.log(JSON.stringify({ milliseconds, megabytes: (process.memoryUsage.rss() - before) / 1e6 }));
`;

/** Imports one module in a process of its own. @throws Error when it cannot be imported, with the reason */
export async function measureImport(consumer: Consumer, specifier: string, node: number): Promise<ImportCost> {
  const args = ['--input-type=module', '--eval', PROGRAM, specifier];
  const { stdout } = await run(nodeProgram(consumer, node), args, { cwd: consumer.folder });
  return ImportCost.parse(JSON.parse(stdout));
}

/** Imports all modules into one process, as a program that uses them together does. */
export async function importTogether(consumer: Consumer, node: number): Promise<void> {
  const imports = consumer.specifiers
    // Needs a test runner around it.
    .filter((specifier) => !specifier.endsWith('/testing/contract'))
    .map((specifier) => `await import('${specifier}');`);
  const args = ['--input-type=module', '--eval', imports.join('\n')];
  await run(nodeProgram(consumer, node), args, { cwd: consumer.folder });
}
