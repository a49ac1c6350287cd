import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { processorSeconds } from '../src/system/processor-time.ts';

/** Seconds. */
const WORK = 0.5;

it('counts the time of processes that have ended, and of those that they started', () => {
  const burn = `const { user } = process.cpuUsage(); while (process.cpuUsage().user - user < ${WORK * 1e6});`;
  const nested = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}])`;
  const before = processorSeconds();
  spawnSync(process.execPath, ['-e', nested]);
  expect(processorSeconds() - before).toBeGreaterThanOrEqual(WORK);
});
