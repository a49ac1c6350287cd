import { readDurations } from './durations.ts';

/**
 * Seconds that the long test files take on two processors, for a machine that has not run them yet: the last of a run
 * should be short ones. Only the order matters; {@link readDurations} replaces it.
 */
export const USUAL_DURATIONS: Readonly<Record<string, number>> = {
  'apps/dashboard/test/session.test.ts': 123,
  'packages/local-engine/test/private-engine.test.ts': 118,
  'tooling/image/test/documented.test.ts': 100,
  'apps/local-mode/test/local-mode.test.ts': 81,
  'test/e2e/kill.test.ts': 76,
  'apps/local-mode/test/corpus.test.ts': 74,
  'tooling/image/test/image.test.ts': 65,
  'test/e2e/supervisor.test.ts': 53,
  'tooling/image/test/faults.test.ts': 50,
  'test/e2e/first-boot.test.ts': 48,
  'test/e2e/cloud-logs.test.ts': 47,
  'packages/journal/test/journalctl.test.ts': 46,
  'apps/local-mode/test/commands.test.ts': 42,
  'test/e2e/lessons.test.ts': 41,
  'packages/api/test/process.test.ts': 41,
  'tooling/image/test/upgrade.test.ts': 40,
  'test/e2e/strategies.test.ts': 36,
  'packages/engine/test/docker-engine.test.ts': 36,
  'test/e2e/damaged-objects.test.ts': 35,
  'test/e2e/cloud.test.ts': 35,
  'test/e2e/database-faults.test.ts': 34,
  'packages/store/test/crash.test.ts': 34,
  'packages/engine/test/container-round-trip.test.ts': 34,
  'tooling/image/test/balena-os.test.ts': 33,
  'test/e2e/cloud-identity.test.ts': 31,
  'tooling/image/test/unit.test.ts': 30,
  'test/e2e/damaged-images.test.ts': 28,
  'test/e2e/attacks.test.ts': 28,
  'apps/dashboard/test/cost.test.ts': 28,
  'test/e2e/irreversible-first.test.ts': 27,
  'packages/engine/test/unclean-values.test.ts': 26,
  'test/e2e/host-power.test.ts': 24,
  'packages/api/test/local-push.test.ts': 24,
  'apps/devicectl/test/devicectl.test.ts': 23,
  'apps/local-mode/test/watch.test.ts': 22,
};
/** Of a file that is in neither. */
const OTHERS = 10;

/** Sorts test files by how long they take, the longest first. @param files paths from the root of the repository */
export function longestFirst(root: string, files: readonly string[]): string[] {
  const measured = readDurations(root);
  const key = (file: string): number => measured.get(file) ?? USUAL_DURATIONS[file] ?? OTHERS;
  return files.toSorted((a, b) => key(b) - key(a));
}
