import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeProgram, type Consumer } from './consumer.ts';

const run = promisify(execFile);

/** Holds a fake against the contract of its package, as the author of another adapter does. */
const TEST = `
import { createInMemoryLocks } from '@device-supervisor/lockfile/testing';
import { describeUpdateLocksContract } from '@device-supervisor/lockfile/testing/contract';

describeUpdateLocksContract('from the package', async () => {
  const locks = createInMemoryLocks();
  return {
    locks,
    hold: async (appId, service) => locks.hold(appId, service),
    drop: async (appId, service) => locks.drop(appId, service),
    heldByUs: async (appId) => locks.heldByUs(appId),
    leaveBehind: async (appId, service) => locks.leaveBehind(appId, service),
    [Symbol.asyncDispose]: () => locks[Symbol.asyncDispose](),
  };
});
`;

/** @throws Error when a test fails, with the output of vitest */
export async function runContract(consumer: Consumer, node: number): Promise<void> {
  const { folder } = consumer;
  await writeFile(join(folder, 'contract.test.mjs'), TEST);
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  try {
    await run(nodeProgram(consumer, node), [vitest, 'run', '--root', folder], { cwd: folder });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    throw new Error(output, { cause: error });
  }
}
