import { defineConfig } from 'vitest/config';

const conditions = ['@device-supervisor/source'];

/** Workspace packages run from their sources. */
const resolution = {
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
};

export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    projects: [
      {
        ...resolution,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'tooling/*/src/**/*.test.ts',
            'test/model/**/*.test.ts',
          ],
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
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // All files share one engine, and many change the machine that they look at.
          fileParallelism: false,
        },
      },
    ],
  },
});
