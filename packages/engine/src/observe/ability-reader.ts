import type { EngineAbilities, Resources } from '@device-supervisor/compose';
import { describeError } from '@device-supervisor/errors';
import type * as z from 'zod';
import { EngineTimeoutError, EngineUnreachableError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { InfoAnswer, VersionAnswer } from '../wire/engine-wire.ts';
import { INSPECTION_LIMIT_MS } from './container-inspector.ts';

export interface KnownAbilities {
  readonly abilities: EngineAbilities;
  /** Why they are those of the last connection, or the usual ones; `null`: the engine told them. */
  readonly fault: string | null;
}

/** Nothing is known to be missing. */
const USUAL_ABILITIES: EngineAbilities = { apiVersion: '', unsupportedLimits: [] };

/** The engine's capabilities: read once for each connection, as another engine may follow after a reconnect. */
export class AbilityReader {
  readonly #transport: Transport;
  #abilities: Promise<EngineAbilities> | null = null;
  #last = USUAL_ABILITIES;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** @throws EngineUnreachableError when the engine is away; one that does not tell is no reason to stop */
  async read(): Promise<KnownAbilities> {
    const asked = (this.#abilities ??= this.#ask());
    try {
      this.#last = await asked;
      return { abilities: this.#last, fault: null };
    } catch (error) {
      if (this.#abilities === asked) this.#abilities = null;
      if (error instanceof EngineUnreachableError && !(error instanceof EngineTimeoutError)) throw error;
      const fault = `the engine does not tell what it can do: ${describeError(error).message}`;
      return { abilities: this.#last, fault };
    }
  }

  forget(): void {
    this.#abilities = null;
  }

  async #ask(): Promise<EngineAbilities> {
    const limit = Math.min(INSPECTION_LIMIT_MS, this.#transport.callTimeout);
    const [info, version] = await Promise.all([
      this.#transport.request({ method: 'GET', path: '/info', limit }, InfoAnswer),
      this.#transport.request({ method: 'GET', path: '/version', limit }, VersionAnswer),
    ]);
    return { apiVersion: version.ApiVersion, unsupportedLimits: unsupportedLimits(info) };
  }
}

type Info = z.output<typeof InfoAnswer>;

/** The engine's facts about its kernel, and the limits that depend on them. */
const LIMITS: readonly (readonly [keyof Info, readonly (keyof Resources)[]])[] = [
  ['MemoryLimit', ['memory', 'memoryReservation', 'memorySwap']],
  ['SwapLimit', ['memorySwap']],
  ['CpuCfsPeriod', ['cpuPeriod', 'nanoCpus']],
  ['CpuCfsQuota', ['cpuQuota', 'nanoCpus']],
  ['CPUShares', ['cpuShares']],
  ['CPUSet', ['cpusetCpus']],
  ['PidsLimit', ['pidsLimit']],
];

function unsupportedLimits(info: Info): (keyof Resources)[] {
  return [...new Set(LIMITS.flatMap(([ability, limits]) => (info[ability] === false ? limits : [])))].sort();
}
