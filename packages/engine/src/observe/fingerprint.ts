import type { ContainerEntry } from '../wire/container-wire.ts';

/**
 * The changing parts of a container in the list of containers, without its age: two
 * equal fingerprints and no event in between mean that nothing changed.
 */
export function fingerprint({ Names, State, Status, NetworkSettings }: ContainerEntry): string {
  // Health, exit code and pause are in parentheses, e.g. `Up 3 minutes (healthy)`, `Exited (1) 2 hours ago`.
  const marks = Status.match(/\([^)]*\)/g);
  return JSON.stringify([Names.toSorted(), State, marks, NetworkSettings?.Networks]);
}
