import type { TargetState } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer } from './observed.ts';

/** Containers of apps that a target does not have, by app id. */
export function absentAppContainers(
  target: TargetState,
  { containers }: EngineSnapshot,
): ReadonlyMap<number, readonly ObservedContainer[]> {
  const known = new Set(Object.values(target.apps).map(({ id }) => id));
  const absent = new Map<number, ObservedContainer[]>();
  for (const container of containers) {
    const appId = container.identity?.appId;
    if (appId === undefined || known.has(appId)) continue;
    const others = absent.get(appId);
    if (others === undefined) absent.set(appId, [container]);
    else others.push(container);
  }
  return absent;
}
