import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

/** Variables by which the launcher of a run tells its tests where they are. */
export const RUN_VARIABLE = 'TESTBED_RUN';
export const ARTEFACTS_VARIABLE = 'TESTBED_ARTEFACTS';

/** The variable by which Node.js knows the directory where it keeps compiled code. */
export const COMPILED_CODE_VARIABLE = 'NODE_COMPILE_CACHE';

/**
 * The variable with the code that processes of this run have compiled, for Node.js programs that start with an environment of
 * their own; nothing where the run does not share it.
 */
export function compiledCode(): Readonly<Record<string, string>> {
  const directory = process.env[COMPILED_CODE_VARIABLE];
  return directory === undefined ? {} : { [COMPILED_CODE_VARIABLE]: directory };
}

/** The environment that the launcher has set up for this run; `undefined` outside of it. */
export function currentRun(): string | undefined {
  return process.env[RUN_VARIABLE];
}

/**
 * A directory for what helps to understand a failure: logs, snapshots. Kept by the launcher when the run fails, removed
 * when it succeeds.
 */
export async function artefactDirectory(name: string): Promise<string> {
  const directory = join(resolve(process.env[ARTEFACTS_VARIABLE] ?? join(tmpdir(), 'testbed-artefacts')), name);
  await mkdir(directory, { recursive: true });
  return directory;
}
