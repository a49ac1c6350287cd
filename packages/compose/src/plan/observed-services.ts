import type { TargetState } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer } from '../observed.ts';

export function containersOf(appId: number, { containers }: EngineSnapshot): ObservedContainer[] {
  return containers.filter(({ identity }) => identity?.appId === appId);
}

/** Containers of apps that a target does not have, by app id. */
export function absentAppContainers(
  target: TargetState,
  { containers }: EngineSnapshot,
): ReadonlyMap<number, readonly ObservedContainer[]> {
  const known = new Set(Object.values(target.apps).map(({ id }) => id));
  const identified = containers.flatMap((container) =>
    container.identity === null ? [] : [{ appId: container.identity.appId, container }],
  );
  const absent = new Map<number, ObservedContainer[]>();
  for (const { appId, container } of identified) {
    if (!known.has(appId)) absent.set(appId, [...(absent.get(appId) ?? []), container]);
  }
  return absent;
}
