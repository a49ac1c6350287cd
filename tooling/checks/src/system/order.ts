import { readDurations } from './durations.ts';

/**
 * Seconds that the long test files take on two processors, for a machine that has not run them yet: the last of a run
 * should be short ones. Only the order matters; {@link readDurations} replaces it.
 */
export const USUAL_DURATIONS: Readonly<Record<string, number>> = {
  'apps/dashboard/test/session.test.ts': 110,
  'tooling/image/test/documented.test.ts': 100,
  'apps/local-mode/test/local-mode.test.ts': 90,
  'tooling/image/test/image.test.ts': 78,
  'test/e2e/kill.test.ts': 76,
  'apps/local-mode/test/corpus.test.ts': 72,
  'packages/local-engine/test/private-engine.test.ts': 65,
  'test/e2e/first-boot.test.ts': 54,
  'tooling/bench/test/soak.test.ts': 54,
  'packages/api/test/process.test.ts': 53,
  'tooling/image/test/faults.test.ts': 52,
  'apps/local-mode/test/watch.test.ts': 52,
  'packages/api/test/conformance.test.ts': 49,
  'test/e2e/cloud-logs.test.ts': 47,
  'packages/journal/test/journalctl.test.ts': 46,
  'test/e2e/lessons.test.ts': 45,
  'test/e2e/strategies.test.ts': 45,
  'packages/engine/test/unclean-values.test.ts': 44,
  'tooling/image/test/upgrade.test.ts': 43,
  'packages/engine/test/container-round-trip.test.ts': 42,
  'tooling/image/test/small-memory.test.ts': 42,
  'packages/engine/test/docker-engine.test.ts': 41,
  'test/e2e/attacks.test.ts': 38,
  'test/e2e/irreversible-first.test.ts': 35,
  'apps/local-mode/test/commands.test.ts': 33,
  'test/e2e/supervisor.test.ts': 32,
  'test/e2e/cloud.test.ts': 31,
  'test/e2e/damaged-objects.test.ts': 30,
  'packages/api/test/local-push.test.ts': 29,
  'apps/devicectl/test/devicectl.test.ts': 29,
  'apps/local-mode/test/projects.test.ts': 28,
  'packages/store/test/crash.test.ts': 28,
  'apps/local-mode/test/registry-logins.test.ts': 28,
  'test/e2e/database-faults.test.ts': 27,
  'test/e2e/cloud-identity.test.ts': 27,
  'apps/host-config/test/host-config.test.ts': 27,
  'tooling/pack-check/test/device-examples.test.ts': 27,
  'tooling/image/test/balena-os.test.ts': 26,
  'test/e2e/damaged-images.test.ts': 26,
  'packages/lockfile/test/containers.test.ts': 26,
  'packages/api/test/documented-commands.test.ts': 25,
  'packages/engine/test/pulls.test.ts': 24,
  'tooling/image/test/unit.test.ts': 23,
  'test/e2e/host-power.test.ts': 23,
  'test/e2e/requests.test.ts': 22,
  'packages/api/test/key-scope.test.ts': 22,
  'tooling/testbed/test/in-namespace.test.ts': 22,
};
/** Of a file that is in neither. */
const OTHERS = 10;

/** Sorts test files by how long they take, the longest first. @param files paths from the root of the repository */
export function longestFirst(root: string, files: readonly string[]): string[] {
  const measured = readDurations(root);
  const key = (file: string): number => measured.get(file) ?? USUAL_DURATIONS[file] ?? OTHERS;
  return files.toSorted((a, b) => key(b) - key(a));
}
