/** Measures what its arguments ask for, in the namespaces around it: `bench.ts [option]…`. */
import { bundleApp } from '@device-supervisor/bundle';
import { busyboxImage, startTestEngine } from '@device-supervisor/testbed';
import { resolve } from 'node:path';
import { applyTables } from './apply-tables.ts';
import { bareServer, supervisor, type Programs } from './candidates.ts';
import { fleetTables } from './fleet/fleet-tables.ts';
import { changeTable, creationTable } from './http/http-tables.ts';
import { keepLocksInMemory } from './http/lock-directories.ts';
import { openImage } from './open-image.ts';
import { measureLogs } from './measure-logs.ts';
import { measureIdle, measureStart } from './measure.ts';
import { measureWatch } from './measure-watch.ts';
import { readOptions } from './read-options.ts';
import { readsTable } from './reads-table.ts';
import { SOAK_IMAGES } from './soak/random-app.ts';
import { soak } from './soak/soak.ts';
import { faultsOfLife } from './life-bounds.ts';
import { faultsOf, soakTable } from './soak/soak-table.ts';

const values = readOptions(process.argv.slice(2));

if (values.fleet) await measureDevices();
else if (values.logs) await measureUploads();
else await measureOne();

/** Many devices and their cloud. */
async function measureDevices(): Promise<void> {
  const [devices, minutes] = [Number(values.devices), Number(values.minutes)];
  console.log(`${devices} devices of one cloud for ${minutes} minutes, polling every ${values.poll} seconds`);
  for (const table of await fleetTables({ devices, minutes, pollInterval: Number(values.poll) * 1000 })) {
    console.table(table);
  }
}

/** Log lines of services that reach the cloud. */
async function measureUploads(): Promise<void> {
  const table: Record<string, object> = {};
  for (const [trouble, figures] of Object.entries(await measureLogs({ outage: Number(values.outage) }))) {
    const { caughtUpAfter, quietDelays, ...counts } = figures;
    table[trouble] = {
      ...counts,
      'caught up after, s': caughtUpAfter.toFixed(1),
      'quiet lines': quietDelays.length,
      'median delay, s': quietDelays[Math.floor(quietDelays.length / 2)]?.toFixed(2) ?? '',
      'longest, s': quietDelays.at(-1)?.toFixed(2) ?? '',
    };
  }
  console.table(table);
}

async function measureOne(): Promise<void> {
  if (values.http) return await measureRequests();
  await using engine = await startTestEngine();
  if (values.watch) return await measureEdits(engine.endpoint);
  await busyboxImage(engine.endpoint, { tag: 'bench:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  if (values.soak) return await soakImage(engine.endpoint);
  if (values.image) return await measureImage(engine.endpoint);
  if (!values.apply) await measureProcess(engine.endpoint);
  console.log('targets applied, medians');
  const apply = { rounds: Number(values.rounds), services: Number(values.services) };
  for (const table of await applyTables(engine.endpoint, apply)) console.table(table);
}

/** Edits of a project under `watch`, beside the same by docker-compose. */
async function measureEdits(engine: string): Promise<void> {
  for (const app of ['supervisor', 'local-mode']) await bundleApp(resolve(import.meta.dirname, '../../../apps', app));
  const { compose, ...watch } = await measureWatch({ engine, edits: Number(values.edits) });
  const table: Record<string, object> = {};
  for (const [action, seconds] of Object.entries({ ...watch, 'docker-compose up -d --build': compose ?? [] })) {
    table[action] = {
      edits: seconds.length,
      'median, s': seconds[Math.floor(seconds.length / 2)]?.toFixed(2) ?? 'not installed',
      'longest, s': seconds.at(-1)?.toFixed(2) ?? '',
    };
  }
  console.table(table);
}

/** From a request over HTTP to the engine's events. */
async function measureRequests(): Promise<void> {
  await bundleApp(resolve(import.meta.dirname, '../../../apps/supervisor'));
  await keepLocksInMemory();
  const rounds = Number(values.rounds);
  const sizes = values.sizes.split(',').map((size) => {
    const [apps = 1, services = 1] = size.split('x').map(Number);
    return { apps, services };
  });
  if (!values.change) {
    console.log('all services from nothing, medians');
    console.table(await creationTable(sizes, rounds));
  }
  console.log('all services run, one is changed, medians');
  const against = values.against === undefined ? null : ([process.execPath, resolve(values.against)] as const);
  console.table(await changeTable(sizes, { rounds, against }));
  console.log('at most: first write 40 ms and again 20 ms with 30 services, ratio 1.5');
}

/** The programs of the image, in its root file system. */
async function measureImage(endpoint: string): Promise<void> {
  await using image = await openImage();
  console.log('in the root file system of the image');
  const faults = await measureProcess(endpoint, image.programs);
  for (const fault of faults) console.log(`out of bounds: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

/** Many changes of the target with an engine that fails at random, through the programs of the image. */
async function soakImage(endpoint: string): Promise<void> {
  await using image = await openImage();
  for (const tag of SOAK_IMAGES) {
    await busyboxImage(endpoint, { tag, labels: { soak: tag }, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  }
  const [changes, seed] = [Number(values.changes), Number(values.seed)];
  console.log(`${changes} changes of the target, seed ${seed}, in the root file system of the image`);
  const figures = await soak({
    endpoint,
    changes,
    seed,
    settleAt: Math.ceil(changes / 10),
    command: image.programs.supervisor(''),
    onProgress: (done) => void (done % 50 === 0 && console.log(`${done} changes`)),
  });
  console.table(soakTable(figures));
  for (const fault of faultsOf(figures)) console.log(`out of bounds: ${fault}`);
  process.exitCode = faultsOf(figures).length === 0 ? 0 : 1;
}

/** The supervisor as its users have it. @returns what is out of bounds, which are those of a quiet machine */
async function measureProcess(endpoint: string, programs?: Programs): Promise<string[]> {
  await bundleApp(resolve(import.meta.dirname, '../../../apps/supervisor'));
  await using ours = await supervisor(endpoint, 5, programs);
  await using bare = await bareServer(programs);

  console.log(`node ${process.version}, five services on the engine`);
  const starts = await measureStart([ours, bare], Number(values.starts));
  const idle = await measureIdle([ours, bare], Number(values.idle));
  console.table({
    'start, ms': row(starts.map(({ median }) => median)),
    'start, best of all, ms': row(starts.map(({ least }) => least)),
    'resident, MB': row(idle.map(({ resident }) => resident / 1e6)),
    'of its own, MB': row(idle.map(({ own }) => own / 1e6)),
    'idle CPU, ms per minute': row(idle.map(({ cpuPerMinute }) => cpuPerMinute)),
  });

  console.log('reads of the API, thirty services on the engine, ten connections');
  const reads = await readsTable(endpoint, Number(values.reads), programs);
  console.table(reads.table);
  return faultsOfLife({ starts, idle, reads });
}

function row([supervisorFigure = 0, bareFigure = 0]: readonly number[]): Record<string, string> {
  return {
    supervisor: supervisorFigure.toFixed(1),
    'bare server': bareFigure.toFixed(1),
    ratio: bareFigure === 0 ? '' : (supervisorFigure / bareFigure).toFixed(2),
  };
}
