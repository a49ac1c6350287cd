import type { EngineSnapshot, ObservedContainer } from '../observed.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';

export function containersOf(appId: number, { containers }: EngineSnapshot): ObservedContainer[] {
  return containers.filter(({ identity }) => identity?.appId === appId);
}

/** The container that stands for a service: of several the one with the wanted name, else the newest. */
export function currentContainer(
  containers: readonly ObservedContainer[],
  { service, containerName }: ServiceSpec,
): ObservedContainer | null {
  const candidates = containers.filter(({ identity }) => identity?.serviceName === service.name);
  const named = candidates.find(({ name }) => name === containerName);
  if (named !== undefined) return named;
  return candidates.reduce<ObservedContainer | null>(
    (newest, one) => (newest === null || one.createdAt > newest.createdAt ? one : newest),
    null,
  );
}
