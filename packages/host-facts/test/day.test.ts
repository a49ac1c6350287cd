import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { heapUsed } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import { createMetrics, readAddresses } from '@device-supervisor/host-facts';

/** One in 10 s. */
const READINGS_A_DAY = 8_640;
const FIRST = 300;

it('grows neither in memory nor in open files over a day of readings', async () => {
  await using metrics = createMetrics({ dataPath: tmpdir() });
  const read = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count++) {
      await metrics.read();
      readAddresses({ macAddressPath: '/sys/class/net' });
    }
  };
  await read(FIRST);
  const files = openFiles();
  const before = heapUsed();
  await read(READINGS_A_DAY);
  expect(heapUsed() - before).toBeLessThan(1024 * 1024);
  expect(openFiles()).toBe(files);
});

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
