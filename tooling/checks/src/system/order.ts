import { readDurations } from './durations.ts';

/**
 * Seconds that the long test files take on two processors, for a machine that has not run them yet: the last of a run
 * should be short ones. Only the order matters; {@link readDurations} replaces it.
 */
export const USUAL_DURATIONS: Readonly<Record<string, number>> = {
  'tooling/image/test/image.test.ts': 156,
  'packages/api/test/process.test.ts': 140,
  'apps/dashboard/test/session.test.ts': 130,
  'apps/local-mode/test/local-mode.test.ts': 108,
  'tooling/image/test/faults.test.ts': 102,
  'tooling/image/test/documented.test.ts': 100,
  'packages/engine/test/unclean-values.test.ts': 83,
  'test/e2e/supervisor.test.ts': 66,
  'test/e2e/attacks.test.ts': 62,
  'packages/journal/test/journalctl.test.ts': 61,
  'test/e2e/cloud-logs.test.ts': 53,
  'test/e2e/first-boot.test.ts': 47,
  'apps/local-mode/test/commands.test.ts': 44,
  'packages/local-engine/test/private-engine.test.ts': 44,
  'tooling/image/test/upgrade.test.ts': 40,
  'tooling/image/test/unit.test.ts': 40,
  'test/e2e/strategies.test.ts': 38,
  'apps/local-mode/test/corpus.test.ts': 35,
  'packages/engine/test/docker-engine.test.ts': 35,
  'test/e2e/lessons.test.ts': 34,
  'test/e2e/cloud.test.ts': 34,
  'tooling/image/test/balena-os.test.ts': 33,
  'test/e2e/cloud-identity.test.ts': 29,
  'test/e2e/damaged-objects.test.ts': 26,
  'packages/engine/test/pulls.test.ts': 25,
  'test/e2e/kill.test.ts': 24,
  'apps/devicectl/test/devicectl.test.ts': 23,
  'packages/api/test/local-push.test.ts': 23,
  'apps/dashboard/test/cost.test.ts': 22,
  'packages/store/test/crash.test.ts': 20,
  'apps/local-mode/test/watch.test.ts': 20,
};
/** Of a file that is in neither. */
const OTHERS = 10;

/** Sorts test files by how long they take, the longest first. @param files paths from the root of the repository */
export function longestFirst(root: string, files: readonly string[]): string[] {
  const measured = readDurations(root);
  const key = (file: string): number => measured.get(file) ?? USUAL_DURATIONS[file] ?? OTHERS;
  return files.toSorted((a, b) => key(b) - key(a));
}
