import { defineConfig } from 'vitest/config';

const conditions = ['@device-supervisor/source'];

/** Workspace packages run from their sources. */
const resolution = {
  ssr: { resolve: { conditions, externalConditions: conditions } },
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
          ...patience(10),
        },
      },
      {
        ...resolution,
        test: { name: 'model', include: ['test/model/**/*.test.ts'], isolate: false, ...patience(60) },
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
