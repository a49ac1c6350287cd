import type { HeldLock, UpdateLocks } from './update-locks.ts';

/** The update locks as the device needs them. */
export interface DeviceLocks extends UpdateLocks {
  /** Makes the directories that the containers of services get as `/tmp/balena`, or repairs them. One that fails keeps none from being made. */
  prepare(appId: number, services: readonly string[]): Promise<void>;
  /** Which of the services hold their lock now. */
  holders(appId: number, services: readonly string[]): Promise<readonly HeldLock[]>;
  /** Which of the services said that their new container took over. */
  handOvers(appId: number, services: readonly string[]): Promise<readonly HeldLock[]>;
  /** Services that may have taken or released their lock, or completed a hand-over, from the moment of the call on. */
  watch(apps: readonly LockedApp[], signal: AbortSignal): AsyncIterable<HeldLock>;
}

export interface LockedApp {
  readonly appId: number;
  readonly services: readonly string[];
}
