import type { EngineAbilities, Resources } from '@device-supervisor/compose';
import type * as z from 'zod';
import type { Transport } from '../transport/transport.ts';
import { InfoAnswer, VersionAnswer } from '../wire/engine-wire.ts';

/** What the engine can do: read once for each connection, as another engine may be there after it broke. */
export class AbilityReader {
  readonly #transport: Transport;
  #abilities: Promise<EngineAbilities> | null = null;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  read(): Promise<EngineAbilities> {
    this.#abilities ??= this.#ask().catch((error: unknown) => {
      this.#abilities = null;
      throw error;
    });
    return this.#abilities;
  }

  forget(): void {
    this.#abilities = null;
  }

  async #ask(): Promise<EngineAbilities> {
    const [info, version] = await Promise.all([
      this.#transport.request({ method: 'GET', path: '/info' }, InfoAnswer),
      this.#transport.request({ method: 'GET', path: '/version' }, VersionAnswer),
    ]);
    return { apiVersion: version.ApiVersion, unsupportedLimits: unsupportedLimits(info) };
  }
}

type Info = z.output<typeof InfoAnswer>;

/** What the engine tells about its kernel, and the limits that hang on it. */
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
