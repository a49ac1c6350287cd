import type { ServiceInput } from './compose-input.ts';
import { didYouMean } from './did-you-mean.ts';
import { namedServices } from './read-service.ts';
import type { Selection } from './select-services.ts';
import type { ServiceContext } from './service-context.ts';

/**
 * Checks that the services which a service names exist and run, and settles what docker compose would: an optional
 * dependency on a service that is left out is dropped.
 *
 * @returns the services to run, which name only each other
 */
export function checkDependencies(
  services: Readonly<Record<string, ServiceInput>>,
  { selected, inactive }: Selection,
  { fault, remark }: Pick<ServiceContext, 'fault' | 'remark'>,
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
      dropped.add(needed);
      const path = ['services', name, ...pathOfName(service, needed)];
      if (isOptional(service, needed)) {
        remark('these services start without one that they do not require', `${name} without ${needed}`);
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
        'these services get restart: "no", because another one waits for them to complete, and a device restarts services ' +
          'always by default; write it into the file',
        `${name} for ${waiting}`,
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
  if (dropped.size === 0) return service;
  const { depends_on: dependencies } = service;
  const settled: Record<string, unknown> = {};
  if (Array.isArray(dependencies)) settled['depends_on'] = dependencies.filter((name) => !dropped.has(name));
  else if (dependencies != null) {
    settled['depends_on'] = Object.fromEntries(Object.entries(dependencies).filter(([name]) => !dropped.has(name)));
  }
  for (const field of MODES) {
    const value = service[field];
    if (typeof value === 'string' && dropped.has(value.replace(/^service:/, ''))) settled[field] = undefined;
  }
  const { volumes_from: mounted } = service;
  if (Array.isArray(mounted)) {
    settled['volumes_from'] = mounted.filter((entry) => !dropped.has(String(entry).split(':')[0] ?? ''));
  }
  return { ...service, ...settled };
}

const MODES = ['network_mode', 'pid', 'ipc'] as const;

/** Where a service names another one. */
function pathOfName(service: ServiceInput, needed: string): readonly PropertyKey[] {
  const { depends_on: dependencies } = service;
  if (Array.isArray(dependencies) && dependencies.includes(needed)) return ['depends_on', dependencies.indexOf(needed)];
  if (dependencies != null && !Array.isArray(dependencies) && Object.hasOwn(dependencies, needed)) {
    return ['depends_on', needed];
  }
  const shared = MODES.find((field) => service[field] === `service:${needed}`);
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
