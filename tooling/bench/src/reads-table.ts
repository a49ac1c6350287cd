import { waitFor } from '@device-supervisor/testbed';
import { supervisor, type Programs } from './candidates.ts';
import { measureReads } from './measure-reads.ts';
import { residentMemory } from './measure.ts';

const SERVICES = 30;
/** The first one is what the others are compared with. */
const PATHS = ['/ping', '/v2/state/status', '/v2/applications/state', '/v1/device'] as const;

export interface Reads {
  readonly table: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Bytes that the process holds after them. */
  readonly resident: number;
  readonly pingsPerSecond: number;
}

/** The requests that clients repeat every second, beside the cheapest one of the API. */
export async function readsTable(engineEndpoint: string, seconds: number, programs?: Programs): Promise<Reads> {
  await using candidate = await supervisor(engineEndpoint, SERVICES, programs);
  const child = await candidate.spawn();
  try {
    const { origin } = new URL(candidate.ping);
    await waitFor('the state of all services', async () => await readState(origin), {
      until: (state) => state.split('"Running"').length > SERVICES && state.includes('"applied"'),
    });
    const figures = await measureReads({ origin, paths: PATHS, connections: 10, duration: seconds * 1000 });
    const [base] = figures;
    const resident = await residentMemory(child);
    console.log(`resident after the reads: ${(resident / 1e6).toFixed(1)} MB`);
    const table = Object.fromEntries(
      figures.map(({ path, requestsPerSecond, median, p99 }) => [
        path,
        {
          'requests/s': requestsPerSecond.toFixed(0),
          'of /ping': (requestsPerSecond / (base?.requestsPerSecond ?? 1)).toFixed(2),
          'p50, ms': median.toFixed(3),
          'p99, ms': p99.toFixed(3),
          'p99 / p50': (p99 / median).toFixed(1),
        },
      ]),
    );
    return { table, resident, pingsPerSecond: base?.requestsPerSecond ?? 0 };
  } finally {
    child.kill('SIGKILL');
  }
}

/** Empty: not up yet. */
async function readState(origin: string): Promise<string> {
  const [response] = await Promise.allSettled([fetch(`${origin}/v2/state/status`)]);
  return response.status === 'fulfilled' ? await response.value.text() : '';
}
