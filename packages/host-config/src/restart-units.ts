import { describeError, hasErrorCode } from '@device-supervisor/errors';
import type { HostUnitFailure } from './errors.ts';
import type { HostUnits } from './ports.ts';

/** The changed parts of the host's configuration. */
export const CONCERNS = ['hostname', 'proxy'] as const;
export type Concern = (typeof CONCERNS)[number];

export interface UnitRestarts {
  /** Units that were restarted. */
  readonly restarted: readonly string[];
  /** Units that the host restarts by itself when it sees the change. */
  readonly leftToHost: readonly string[];
  readonly failures: readonly HostUnitFailure[];
}

/** Restarts the units that bring changes into effect; one that fails does not keep the next from being restarted. */
export async function restartUnits(units: HostUnits, concerns: ReadonlySet<Concern>): Promise<UnitRestarts> {
  const restarted: string[] = [];
  const leftToHost: string[] = [];
  const failures: HostUnitFailure[] = [];
  for (const unit of UNITS.filter(({ concern }) => concerns.has(concern))) {
    const found = await findUnit(units, unit);
    if ('reason' in found) failures.push(found);
    else if (found.partOf === null) continue;
    else if (found.partOf.includes(unit.watcher)) leftToHost.push(found.name);
    else {
      const [result] = await Promise.allSettled([units.restart(found.name)]);
      if (result.status === 'fulfilled') restarted.push(found.name);
      else failures.push(failure(found.name, 'could not be restarted', result.reason));
    }
  }
  return { restarted, leftToHost, failures };
}

interface UnitToRestart {
  readonly concern: Concern;
  /** Today's name, then older ones. */
  readonly names: readonly [string, ...string[]];
  /** A target by which a newer host restarts the unit itself. */
  readonly watcher: string;
  /** Whether it must exist: without this unit the change is without effect until the device boots. */
  readonly isRequired: boolean;
}

/** In the order of restarting. */
const UNITS: readonly UnitToRestart[] = [
  {
    concern: 'hostname',
    names: ['balena-hostname.service', 'resin-hostname.service'],
    watcher: 'config-json.target',
    // The name is config.json's, and hosts look at that in ways of their own.
    isRequired: false,
  },
  {
    concern: 'proxy',
    names: ['balena-proxy-config.service', 'resin-proxy-config.service'],
    watcher: 'redsocks-conf.target',
    isRequired: true,
  },
  { concern: 'proxy', names: ['redsocks.service'], watcher: 'redsocks-conf.target', isRequired: true },
];

interface FoundUnit {
  readonly name: string;
  /** `null`: there is no such unit, and need not be. */
  readonly partOf: readonly string[] | null;
}

async function findUnit(units: HostUnits, { names, isRequired }: UnitToRestart): Promise<FoundUnit | HostUnitFailure> {
  for (const name of names) {
    const [state] = await Promise.allSettled([units.state(name)]);
    if (state.status === 'fulfilled') return { name, partOf: state.value.partOf };
    if (!isNotFound(state.reason)) return failure(name, 'cannot be asked for', state.reason);
  }
  return isRequired ? { unit: names[0], reason: 'does not exist' } : { name: names[0], partOf: null };
}

function failure(unit: string, what: string, cause: unknown): HostUnitFailure {
  return { unit, reason: `${what} (${describeError(cause).message})`, cause };
}

function isNotFound(error: unknown): boolean {
  return hasErrorCode(error, 'UNIT_NOT_FOUND');
}
