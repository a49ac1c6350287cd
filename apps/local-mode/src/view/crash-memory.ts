import type { ObservedContainer } from '../engine/observe-containers.ts';

/**
 * Remembers which services crash: a container in a restart loop runs for moments in between, which must not show as
 * recovered.
 */
export class CrashMemory {
  readonly #exitCodes = new Map<string, number>();

  /** @returns exit codes of services that crash, by name, until they have been up for a while */
  observe(containers: ReadonlyMap<string, ObservedContainer>): ReadonlyMap<string, number> {
    for (const service of this.#exitCodes.keys()) if (!containers.has(service)) this.#exitCodes.delete(service);
    for (const { service, state, exitCode, lasting } of containers.values()) {
      if (state === 'restarting') this.#exitCodes.set(service, exitCode ?? 0);
      else if (lasting || state !== 'running') this.#exitCodes.delete(service);
    }
    return this.#exitCodes;
  }
}
