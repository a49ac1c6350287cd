import { UnitJobError, UnitNotFoundError, type UnitJob } from '../errors.ts';
import type { Systemd, UnitState } from '../systemd.ts';

export interface InMemoryUnit {
  /** Does it run at first? Default: yes. */
  readonly active?: boolean;
  readonly partOf?: readonly string[];
  /** Ends as soon as it starts, and not well. */
  readonly failsToStart?: boolean;
}

export interface InMemorySystemdOptions {
  /** By name, with suffix. */
  readonly units?: Readonly<Record<string, InMemoryUnit>>;
  readonly hostName?: string;
}

/** A host without a bus. */
export interface InMemorySystemd extends Systemd {
  /** The calls that change something, in order, e.g. `restart redsocks.service`, `reboot`, `name kitchen`. */
  readonly requests: readonly string[];
  /** From now on every call fails with this; `null`: none does. */
  fail(error: Error | null): void;
}

interface Unit {
  readonly options: InMemoryUnit;
  state: UnitState;
}

export function createInMemorySystemd(options: InMemorySystemdOptions = {}): InMemorySystemd {
  const requests: string[] = [];
  let failure: Error | null = null;
  let starts = 0;
  let name = options.hostName ?? 'device';
  const stateOf = (unit: InMemoryUnit, activeState: string): UnitState => ({
    activeState,
    subState: activeState === 'active' ? 'running' : activeState === 'failed' ? 'failed' : 'dead',
    partOf: unit.partOf ?? [],
    invocationId: activeState === 'inactive' ? null : (++starts).toString(16).padStart(32, '0'),
  });
  const units = new Map<string, Unit>(
    Object.entries(options.units ?? {}).map(([unit, each]) => [
      unit,
      { options: each, state: stateOf(each, each.active === false ? 'inactive' : 'active') },
    ]),
  );
  const request = (text: string): void => {
    if (failure !== null) throw failure;
    requests.push(text);
  };
  const find = (unit: string): Unit => {
    if (failure !== null) throw failure;
    const found = units.get(unit);
    if (found === undefined) throw new UnitNotFoundError(unit);
    return found;
  };
  const launch = (job: UnitJob, unit: string): void => {
    const found = find(unit);
    const fails = found.options.failsToStart === true;
    if (job === 'restart' || found.state.activeState !== 'active') {
      found.state = stateOf(found.options, fails ? 'failed' : 'active');
    }
    if (fails) throw new UnitJobError(unit, job, 'failed');
  };
  return {
    requests,
    fail(error) {
      failure = error;
    },
    units: {
      state: async (unit) => find(unit).state,
      async start(unit) {
        request(`start ${unit}`);
        launch('start', unit);
      },
      async stop(unit) {
        request(`stop ${unit}`);
        const found = find(unit);
        // systemd keeps the id of the last run.
        found.state = { ...found.state, activeState: 'inactive', subState: 'dead' };
      },
      async restart(unit) {
        request(`restart ${unit}`);
        launch('restart', unit);
      },
    },
    power: {
      async check() {
        if (failure !== null) throw failure;
      },
      reboot: async () => request('reboot'),
      powerOff: async () => request('power-off'),
    },
    hostName: {
      async get() {
        if (failure !== null) throw failure;
        return { current: name, static: name };
      },
      async set(wanted) {
        request(`name ${wanted}`);
        name = wanted;
      },
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
