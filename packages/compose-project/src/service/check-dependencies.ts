import type { ServiceInput } from './compose-input.ts';
import { didYouMean } from './did-you-mean.ts';
import { namedServices } from './read-service.ts';
import type { Selection } from './select-services.ts';

export interface DependencyContext {
  fault(path: readonly PropertyKey[], message: string): void;
  remark(sentence: string): void;
}

/**
 * Checks that the services which a service names exist and run, and settles what docker compose would: an optional
 * dependency on a service that is left out is dropped.
 *
 * @returns the services to run, with their dependencies settled
 */
export function checkDependencies(
  services: Readonly<Record<string, ServiceInput>>,
  { selected, inactive }: Selection,
  { fault, remark }: DependencyContext,
): ReadonlyMap<string, ServiceInput> {
  const all = new Map(Object.entries(services));
  const completed = awaitedCompletions(all, selected);
  const result = new Map<string, ServiceInput>();
  for (const name of selected) {
    const service = all.get(name);
    if (service === undefined) continue;
    const dropped = new Set<string>();
    for (const needed of namedServices(service)) {
      if (all.has(needed) && !inactive.has(needed)) continue;
      const path = ['services', name, ...pathOfName(service, needed)];
      if (isOptional(service, needed)) {
        dropped.add(needed);
        remark(`${name} starts without ${needed}, which it does not require and which is left out`);
      } else if (all.has(needed)) {
        const profiles = all.get(needed)?.profiles ?? [];
        fault(
          path,
          `${needed} is left out: activate one of its profiles (${profiles.join(', ')}), or set required: false`,
        );
      } else {
        fault(path, `there is no service ${needed}${didYouMean(needed, all.keys())}`);
      }
    }
    const settled = withoutDependencies(service, dropped);
    const waiting = completed.get(name);
    if (waiting === undefined || settled['restart'] != null) result.set(name, settled);
    else {
      remark(
        `${name} runs with restart: "no", because ${waiting} waits for it to complete; write restart: "no" into the ` +
          `file, since a device restarts services always unless they say otherwise`,
      );
      result.set(name, { ...settled, restart: 'no' });
    }
  }
  for (const cycle of findCycles(result)) {
    fault(['services', cycle[0] ?? ''], `depends on itself: ${[...cycle, cycle[0]].join(' → ')}`);
  }
  return result;
}

/** Services whose completion others wait for, with the name of one that waits. */
function awaitedCompletions(
  services: ReadonlyMap<string, ServiceInput>,
  selected: readonly string[],
): ReadonlyMap<string, string> {
  const awaited = new Map<string, string>();
  for (const waiting of selected) {
    const dependencies = services.get(waiting)?.depends_on;
    if (dependencies == null || Array.isArray(dependencies)) continue;
    for (const [name, dependency] of Object.entries(dependencies)) {
      if (dependency?.condition === 'service_completed_successfully') awaited.set(name, waiting);
    }
  }
  return awaited;
}

function isOptional({ depends_on: dependencies }: ServiceInput, name: string): boolean {
  if (dependencies == null || Array.isArray(dependencies) || !Object.hasOwn(dependencies, name)) return false;
  return dependencies[name]?.required === false;
}

function withoutDependencies(service: ServiceInput, dropped: ReadonlySet<string>): ServiceInput {
  const { depends_on: dependencies } = service;
  if (dropped.size === 0 || dependencies == null || Array.isArray(dependencies)) return service;
  return {
    ...service,
    depends_on: Object.fromEntries(Object.entries(dependencies).filter(([name]) => !dropped.has(name))),
  };
}

/** Where a service names another one. */
function pathOfName(service: ServiceInput, needed: string): readonly PropertyKey[] {
  const { depends_on: dependencies } = service;
  if (Array.isArray(dependencies) && dependencies.includes(needed)) return ['depends_on', dependencies.indexOf(needed)];
  if (dependencies != null && !Array.isArray(dependencies) && Object.hasOwn(dependencies, needed)) {
    return ['depends_on', needed];
  }
  const shared = ['network_mode', 'pid', 'ipc'].find((field) => service[field] === `service:${needed}`);
  return [shared ?? 'volumes_from'];
}

/** Circles of services that name each other, each once, beginning with the service that comes first. */
function findCycles(services: ReadonlyMap<string, ServiceInput>): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const settled = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start >= 0) cycles.push(path.slice(start));
    const service = services.get(name);
    if (start >= 0 || service === undefined || settled.has(name)) return;
    for (const needed of namedServices(service)) visit(needed, [...path, name]);
    settled.add(name);
  };
  for (const name of services.keys()) visit(name, []);
  return cycles;
}
