import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@device-supervisor/source'];

/** Workspace packages run from their sources, those of the global setup too (it has an environment of its own). */
const resolution = {
  ssr: { resolve: { conditions, externalConditions: conditions } },
  environments: { __vitest__: { resolve: { conditions, externalConditions: conditions } } },
  resolve: { conditions },
};

const MINUTE = 60_000;

/**
 * Limits that end a test which will never end by itself. They say nothing about how fast a test has to be: a machine that
 * is twenty times slower than usual must still pass. The progress reporter names a test that hangs long before.
 */
const patience = (minutes: number) => ({
  testTimeout: minutes * MINUTE,
  hookTimeout: minutes * MINUTE,
  expect: { poll: { timeout: minutes * MINUTE } },
});

/** Bytes that the temporary files of a run may need. */
const TEMPORARY_BYTES = 1_000_000_000;

/**
 * Temporary files lie in memory where the machine has such a place, and room in it: thousands of tests that flush files to
 * a disk wait for it for minutes, and a killed process loses nothing of what the kernel has.
 */
const temporaryFiles = inMemory('/dev/shm') ? { env: { TMPDIR: '/dev/shm' } } : {};

function inMemory(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize >= TEMPORARY_BYTES;
  } catch {
    return false;
  }
}

export default defineConfig({
  test: {
    teardownTimeout: 5 * MINUTE,
    projects: [
      {
        ...resolution,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tooling/*/src/**/*.test.ts'],
          // Nothing keeps state in modules, so files can share a process and what it has loaded.
          isolate: false,
          maxWorkers: availableParallelism(),
          ...temporaryFiles,
          ...patience(10),
        },
      },
      {
        ...resolution,
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          isolate: false,
          maxWorkers: availableParallelism(),
          ...patience(60),
        },
      },
      {
        // Runs only inside the namespaces of tooling/testbed/src/in-namespace.ts.
        ...resolution,
        test: {
          name: 'system',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
            'tooling/*/test/**/*.test.ts',
            'test/e2e/**/*.test.ts',
          ],
          globalSetup: ['tooling/testbed/src/vitest-setup.ts'],
          ...patience(20),
          // The files of one run share an engine and a machine. Several runs side by side have one each.
          fileParallelism: false,
        },
      },
    ],
  },
});
