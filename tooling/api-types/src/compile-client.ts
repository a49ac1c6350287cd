import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { typesOf } from './types-of.ts';

/** A program over a client whose types come from an OpenAPI document. */
export interface CompiledClient extends AsyncDisposable {
  /** The compiler's output; empty: no error. */
  readonly faults: string;
  /** Runs the program. @returns what it prints */
  run(...args: readonly string[]): Promise<string>;
}

const PACKAGE = resolve(import.meta.dirname, '..');
const COMPILER = resolve(PACKAGE, '../../node_modules/.bin/tsc');
const run = promisify(execFile);

/**
 * Generates the types of a document as `api.d.ts` and compiles a program beside it, which may import `openapi-fetch`.
 *
 * @param document OpenAPI 3.1, as JSON
 * @param program TypeScript, in a form whose types can be stripped
 */
export async function compileClient(document: string, program: string): Promise<CompiledClient> {
  await mkdir(join(PACKAGE, 'dist'), { recursive: true });
  // Inside of this package, so that the program finds what it imports.
  const directory = await mkdtemp(join(PACKAGE, 'dist/client-'));
  await writeFile(join(directory, 'api.d.ts'), await typesOf(document));
  await writeFile(join(directory, 'program.ts'), program);
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(CONFIGURATION));
  return {
    faults: await compile(directory),
    run: async (...args) => (await run(process.execPath, [join(directory, 'program.ts'), ...args])).stdout,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const CONFIGURATION = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  },
};

/** The compiler writes what it finds to standard output, and fails. */
async function compile(directory: string): Promise<string> {
  try {
    await run(COMPILER, ['-p', directory]);
    return '';
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}
