import { namedServices } from './read-service.ts';
import type { ServiceInput } from './compose-input.ts';

export interface Selection {
  /** Names of the services to run, in the order of the file. */
  readonly selected: readonly string[];
  /** Services left out because none of their profiles is active. */
  readonly inactive: ReadonlySet<string>;
  /** Named services that do not exist. */
  readonly unknown: readonly string[];
}

export interface SelectionOptions {
  /** Active profiles; `*` activates all. */
  readonly profiles: ReadonlySet<string>;
  /** Services that the user named, which run with everything that they need; empty: all of the active profiles. */
  readonly named: readonly string[];
}

/** Chooses the services to run. A named service activates its own profiles, as in docker compose. */
export function selectServices(
  services: Readonly<Record<string, ServiceInput>>,
  { profiles, named }: SelectionOptions,
): Selection {
  const all = new Map(Object.entries(services));
  const chosen = new Set(named);
  const active = new Set([...profiles, ...named.flatMap((name) => all.get(name)?.profiles ?? [])]);
  const inactive = new Set<string>();
  for (const [name, { profiles: own }] of all) {
    if (!isActive(own ?? [], active) && !chosen.has(name)) inactive.add(name);
  }
  const wanted = named.length === 0 ? new Set(all.keys()) : withNeeded(all, chosen);
  return {
    selected: [...all.keys()].filter((name) => wanted.has(name) && !inactive.has(name)),
    inactive,
    unknown: named.filter((name) => !all.has(name)),
  };
}

function isActive(profiles: readonly string[], active: ReadonlySet<string>): boolean {
  return profiles.length === 0 || active.has('*') || profiles.some((profile) => active.has(profile));
}

function withNeeded(all: ReadonlyMap<string, ServiceInput>, named: ReadonlySet<string>): ReadonlySet<string> {
  const wanted = new Set<string>();
  const pending = [...named];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const service = all.get(name);
    if (service === undefined || wanted.has(name)) continue;
    wanted.add(name);
    pending.push(...namedServices(service));
  }
  return wanted;
}
