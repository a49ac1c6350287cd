import type { ConfigurableHost } from '../device-config/ports.ts';
import type { UnitSwitch } from '../host/unit-switch.ts';
import type { FirewallMode, FirewallSituation } from '../ports.ts';

/** The settings of a host in memory; tests inspect them, and change them as another program would. */
export interface InMemoryHostState {
  bootVariables: Readonly<Record<string, string>>;
  persistentLogging: boolean;
  /** `null`: it has none. */
  vpn: boolean | null;
  discoverability: boolean | null;
  firewall: { readonly mode: FirewallMode; readonly situation: FirewallSituation } | null;
  rebootReasons: readonly string[];
}

export interface InMemoryHost extends ConfigurableHost {
  readonly state: InMemoryHostState;
  /** The calls, in order, e.g. `boot-config write`. */
  readonly calls: readonly string[];
  /** Lets a call, by its name in `calls`, do something else before: reject, or hang. `null`: as usual again. */
  intercept(call: string, behaviour: (() => Promise<void>) | null): void;
}

/**
 * A host that takes every configuration. Boot variables that end in `_quiet` need no reboot, `_bad` are invalid, and
 * `_failing` cannot be written.
 */
export function createInMemoryHost(): InMemoryHost {
  const state: InMemoryHostState = {
    bootVariables: {},
    persistentLogging: false,
    vpn: true,
    discoverability: true,
    firewall: null,
    rebootReasons: [],
  };
  const calls: string[] = [];
  const behaviours = new Map<string, () => Promise<void>>();

  async function enter(call: string): Promise<void> {
    calls.push(call);
    await behaviours.get(call)?.();
  }

  const unitSwitch = (name: 'vpn' | 'discoverability'): UnitSwitch => ({
    state: async () => (state[name] === null ? null : state[name] ? 'on' : 'off'),
    async set(on) {
      await enter(`${name} ${on ? 'on' : 'off'}`);
      if (state[name] === null) return 'absent';
      if (state[name] === on) return 'unchanged';
      state[name] = on;
      return 'switching';
    },
  });

  const plan = (
    target: Readonly<Record<string, string>>,
  ): Awaited<ReturnType<ConfigurableHost['bootConfig']['plan']>> => {
    const isBad = (name: string): boolean => name.endsWith('_bad');
    const changes = Object.keys(target)
      .filter((variable) => !isBad(variable) && target[variable] !== state.bootVariables[variable])
      .map((variable) => ({ variable }));
    return {
      changes,
      needsReboot: changes.some(needsReboot),
      problems: Object.keys(target)
        .filter(isBad)
        .map((variable) => ({ variable, kind: 'invalid', message: 'must not be bad' })),
    };
  };

  return {
    state,
    calls,
    intercept(call, behaviour) {
      if (behaviour === null) behaviours.delete(call);
      else behaviours.set(call, behaviour);
    },
    bootConfig: {
      read: async () => state.bootVariables,
      async plan(target) {
        await enter('boot-config plan');
        return plan(target);
      },
      async write(target) {
        await enter('boot-config write');
        const planned = plan(target);
        const done = planned.changes.filter(({ variable }) => !variable.endsWith('_failing'));
        for (const { variable } of done) {
          state.bootVariables = { ...state.bootVariables, [variable]: target[variable] ?? '' };
        }
        const failures = done.length < planned.changes.length ? [new Error('a place cannot be written')] : [];
        return { ...planned, changes: done, needsReboot: done.some(needsReboot), failures };
      },
    },
    persistentLogging: {
      read: async () => state.persistentLogging,
      async write(on) {
        await enter('persistent-logging write');
        state.persistentLogging = on;
      },
    },
    vpn: unitSwitch('vpn'),
    discoverability: unitSwitch('discoverability'),
    firewall: {
      async apply(mode, situation) {
        await enter('firewall');
        state.firewall = { mode, situation };
        return [];
      },
    },
    reboot: {
      get reasons() {
        return state.rebootReasons;
      },
      async schedule(reason) {
        await enter('reboot schedule');
        state.rebootReasons = [...new Set([...state.rebootReasons, reason])];
      },
      async cancel(reason) {
        await enter('reboot cancel');
        state.rebootReasons = state.rebootReasons.filter((other) => other !== reason);
      },
    },
    apiPort: 48484,
  };
}

function needsReboot({ variable }: { readonly variable: string }): boolean {
  return !variable.endsWith('_quiet');
}
