import * as z from 'zod';
import { pathOf } from '../containers/container-actions.ts';
import type { Transport } from '../transport/transport.ts';
import { number } from '../wire/lenient.ts';

/** Resource usage of a container. */
export interface ContainerUsage {
  /** Processor time of all its processes since it started, in nanoseconds; grows. */
  readonly cpuTime: number;
  /** Bytes, without the files that the kernel would drop from memory at once. */
  readonly memory: number;
}

/** `GET /containers/{id}/stats`, once. A container that does not run has zeros. */
const Stats = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: number }).nullish() }).nullish(),
  memory_stats: z.object({ usage: number, stats: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

/** See `Engine.containerUsage`. */
export async function readContainerUsage(transport: Transport, container: string): Promise<ContainerUsage> {
  // `one-shot` spares the engine's wait for a second reading; older ones do not know it.
  const query = { stream: false, 'one-shot': true };
  const { cpu_stats: cpu, memory_stats: memory } = await transport.request(
    { method: 'GET', path: `${pathOf(container)}/stats`, query },
    Stats,
  );
  return {
    cpuTime: cpu?.cpu_usage?.total_usage ?? 0,
    memory: Math.max(0, (memory?.usage ?? 0) - cacheOf(memory?.stats)),
  };
}

/** Files that were not used lately: `total_inactive_file` in version 1 of cgroups, `inactive_file` in version 2. */
function cacheOf(stats: Readonly<Record<string, unknown>> | null | undefined): number {
  const bytes = stats?.['total_inactive_file'] ?? stats?.['inactive_file'];
  return typeof bytes === 'number' ? bytes : 0;
}
