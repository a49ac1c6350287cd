import type { Clock } from '@device-supervisor/primitives';
import type { HostUnits } from './ports.ts';

export interface UnitSwitchDependencies {
  readonly units: HostUnits;
  readonly clock: Clock;
  /** Switching failed after `UnitSwitch.set` had resolved. */
  readonly onFault: (error: unknown) => void;
}

/** Something of the host that is on or off, as units of its systemd. */
export interface UnitSwitch {
  /** `null`: this host does not have it. `mixed`: some of its units run. */
  state(): Promise<SwitchState | null>;
  /**
   * Switches it, and resolves before it is. Tries the same only every ten minutes: a unit that never comes up neither keeps
   * the device busy nor the state at "applying".
   *
   * @throws what the host fails with while it tells the state
   */
  set(on: boolean): Promise<SwitchOutcome>;
}

export type SwitchState = 'on' | 'off' | 'mixed';

/**
 * - `unchanged`: it is as wanted
 * - `switching`: the host was asked to
 * - `postponed`: it was a short while ago, and is not as wanted (yet)
 * - `absent`: this host does not have it
 *
 * With each of them there is nothing more to do now.
 */
export type SwitchOutcome = 'unchanged' | 'switching' | 'postponed' | 'absent';

/** Between two tries of the same, in milliseconds. */
const RETRY_INTERVAL = 600_000;

/** @param names in the order in which they are started; they are stopped in the opposite one */
export function createUnitSwitch(names: readonly string[], dependencies: UnitSwitchDependencies): UnitSwitch {
  const { units, clock, onFault } = dependencies;
  let lastTry: { readonly on: boolean; readonly at: number } | null = null;

  const state = async (): Promise<SwitchState | null> => {
    const found = await Promise.all(names.map((name) => activeState(units, name)));
    const active = found.filter((each) => each !== null).map(isOn);
    if (active.length === 0) return null;
    if (active.every(Boolean)) return 'on';
    return active.some(Boolean) ? 'mixed' : 'off';
  };

  const change = async (on: boolean, isWanted: () => boolean): Promise<void> => {
    for (const name of on ? names : [...names].reverse()) {
      if (!isWanted()) return;
      try {
        await (on ? units.start(name) : units.stop(name));
      } catch (error) {
        // systemd ends the job of a unit when it is asked for the opposite.
        if (!isNotFound(error) && isWanted()) onFault(error);
      }
    }
  };

  return {
    state,
    async set(on) {
      const current = await state();
      if (current === null) return 'absent';
      if (current === (on ? 'on' : 'off')) return 'unchanged';
      const now = clock.monotonic();
      if (lastTry?.on === on && now - lastTry.at < RETRY_INTERVAL) return 'postponed';
      const attempt = { on, at: now };
      lastTry = attempt;
      void change(on, () => lastTry === attempt);
      return 'switching';
    },
  };
}

/** One that failed, or is on its way up, is switched on: it is systemd's to try again. */
function isOn(state: string): boolean {
  return state !== 'inactive' && state !== 'deactivating';
}

async function activeState(units: HostUnits, name: string): Promise<string | null> {
  try {
    return (await units.state(name)).activeState;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UNIT_NOT_FOUND';
}
