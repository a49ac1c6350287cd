import type { Clock } from '@device-supervisor/device';
import type { Outage } from '../outage.ts';
import { waitFor } from '../wait-for.ts';
import type { Identity } from './identity.ts';
import { registerDevice, type RegistrationDependencies } from './register-device.ts';

export interface RegistrationSchedule {
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Milliseconds between two attempts, spread by a quarter either way. */
  readonly retryDelay: number;
  readonly outage: Outage;
  readonly signal: AbortSignal;
}

/** Registers the device, however long it takes. @returns `null`: the signal was aborted before */
export async function registerUntilDone(
  dependencies: Omit<RegistrationDependencies, 'now'>,
  { clock, random, retryDelay, outage, signal }: RegistrationSchedule,
): Promise<Identity | null> {
  while (!signal.aborted) {
    try {
      const identity = await registerDevice({ ...dependencies, now: () => clock.now() }, signal);
      outage.succeeded();
      return identity;
    } catch (error) {
      if (signal.aborted) return null;
      outage.failed(error);
      await waitFor(clock, Math.round(retryDelay * (0.75 + random() / 2)), signal);
    }
  }
  return null;
}
