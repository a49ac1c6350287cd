import { Readable } from 'node:stream';
import { testTarget } from '@device-supervisor/compose/testing';
import { createEngine } from '@device-supervisor/engine';
import {
  busyboxImage,
  connectEngine,
  startSupervisor,
  startTestEngine,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { readFile, rm } from 'node:fs/promises';
import { createAndStart, operationsFor } from './straight-calls.ts';

/** From a begin to events of the engine, in milliseconds. */
interface ChangeFigures {
  /** To its first one: a network or container was created. */
  readonly firstWrite: number;
  /** To the start of the last service. */
  readonly whole: number;
}

/** Medians, in milliseconds. */
export interface HttpFigures extends ChangeFigures {
  /** Processor time of the supervisor's main thread until the engine's first event, which no other process slows down. */
  readonly ownUntilFirst: number;
  /** The same calls made straight, eight at once. */
  readonly straight: ChangeFigures;
  /** From a POST of the same target to its answer. */
  readonly noChange: number;
  /** Processor time of the supervisor's main thread for that. */
  readonly ownOfNoChange: number;
}

export interface HttpOptions {
  readonly apps: number;
  /** Of each app. */
  readonly services: number;
  readonly rounds: number;
}

/** Ids of the apps, and of their lock directories; no test has them. */
const FIRST_APP = 90_200;
const IMAGE = 'bench:1';
const AT_ONCE = 8;
/** Targets that a supervisor has applied and planned before: Node.js compiles what runs often. */
const WARM_UPS = 5;

/** Sends targets over HTTP to the bundled supervisor, and takes the time from the engine's events. */
export async function measureHttp(options: HttpOptions): Promise<HttpFigures> {
  const figures: HttpFigures[] = [];
  try {
    for (let round = 0; round < options.rounds; round++) figures.push(await measureRound(options));
  } finally {
    for (let app = 0; app < options.apps; app++) {
      await rm(`/tmp/balena-supervisor/services/${FIRST_APP + app}`, { recursive: true, force: true });
    }
  }
  return {
    ...mediansOf(figures),
    straight: mediansOf(figures.map(({ straight }) => straight)),
    ownUntilFirst: median(figures.map(({ ownUntilFirst }) => ownUntilFirst)),
    noChange: median(figures.map(({ noChange }) => noChange)),
    ownOfNoChange: median(figures.map(({ ownOfNoChange }) => ownOfNoChange)),
  };
}

/** On an engine of its own: a busy one of version 20.10 may keep a network in use for good after many containers were removed. */
async function measureRound(options: HttpOptions): Promise<HttpFigures> {
  await using engine = await startTestEngine();
  await busyboxImage(engine.endpoint, { tag: IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
  for (let time = 0; time < WARM_UPS; time++) {
    await supervisor.apply(targetOf({ apps: 1, services: 1 }));
    await supervisor.apply({});
    await supervisor.post('/v3/plan', { local: { apps: targetOf(options) } });
  }
  const straight = await whilePaused(supervisor, () => timeOfStraightCalls(engine.endpoint, options));
  return { straight, ...(await timeOfTarget(engine.endpoint, supervisor, options)) };
}

/** A supervisor that runs would remove what it was not asked for. */
async function whilePaused<T>({ pid }: SupervisorProcess, measure: () => Promise<T>): Promise<T> {
  process.kill(pid, 'SIGSTOP');
  try {
    return await measure();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

async function timeOfTarget(
  endpoint: string,
  supervisor: SupervisorProcess,
  options: HttpOptions,
): Promise<Omit<HttpFigures, 'straight'>> {
  const apps = targetOf(options);
  await supervisor.apply({});
  await using events = await followEngine(endpoint, options.apps * options.services);
  const busyBefore = await mainThreadTime(supervisor);
  const began = Date.now();
  await send(supervisor, apps);
  await events.begun;
  const ownUntilFirst = (await mainThreadTime(supervisor)) - busyBefore;
  const { first, last } = await events.done;
  await supervisor.applied();
  const busyBetween = await mainThreadTime(supervisor);
  const again = performance.now();
  await send(supervisor, apps);
  const noChange = performance.now() - again;
  const ownOfNoChange = (await mainThreadTime(supervisor)) - busyBetween;
  return { firstWrite: first - began, whole: last - began, ownUntilFirst, noChange, ownOfNoChange };
}

async function send(supervisor: SupervisorProcess, apps: object): Promise<void> {
  const { status, body } = await supervisor.post('/v2/local/target-state', { local: { apps } });
  if (status !== 200) throw new Error(`the target was answered with ${status}: ${JSON.stringify(body)}`);
}

function targetOf({ apps, services }: Pick<HttpOptions, 'apps' | 'services'>): object {
  return Object.fromEntries(
    Array.from({ length: apps }, (_, app) => [
      FIRST_APP + app,
      {
        name: `bench${app}`,
        commit: 'c1',
        releaseId: '1',
        services: Object.fromEntries(
          Array.from({ length: services }, (__, service) => [
            service + 1,
            // Container names are made of it, and the apps share the engine.
            { serviceName: `s${service}of${app}`, imageId: service + 1, image: IMAGE, environment: {}, labels: {} },
          ]),
        ),
        volumes: {},
        networks: {},
      },
    ]),
  );
}

/** Milliseconds of processor time. */
async function mainThreadTime({ pid }: SupervisorProcess): Promise<number> {
  const [nanoseconds = '0'] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ');
  return Number(nanoseconds) / 1e6;
}

interface EngineClock extends AsyncDisposable {
  /** Resolves with the first change. */
  readonly begun: Promise<void>;
  /** Milliseconds since the epoch, as the engine saw them, of the first change and of the last start. */
  readonly done: Promise<{ readonly first: number; readonly last: number }>;
}

/** @param starts containers that are started until it is done */
async function followEngine(endpoint: string, starts: number): Promise<EngineClock> {
  const docker = connectEngine(endpoint);
  const stream = await docker.getEvents({ filters: { type: ['container', 'network', 'volume'] } });
  const begun = Promise.withResolvers<void>();
  const done = Promise.withResolvers<{ first: number; last: number }>();
  let first = 0;
  let seen = 0;
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, action] = /"Action":"(\w+)/.exec(line) ?? [];
      const time = Number(/"timeNano":(\d+)/.exec(line)?.[1] ?? 0) / 1e6;
      if (action === 'create' && first === 0) {
        first = time;
        begun.resolve();
      }
      if (action === 'start' && ++seen === starts) done.resolve({ first, last: time });
    }
  });
  return {
    begun: begun.promise,
    done: done.promise,
    async [Symbol.asyncDispose]() {
      stream.removeAllListeners('data');
      if (stream instanceof Readable) stream.destroy();
    },
  };
}

async function timeOfStraightCalls(endpoint: string, { apps, services }: HttpOptions): Promise<ChangeFigures> {
  await using engine = createEngine({ endpoint });
  const app = {
    services: Object.fromEntries(Array.from({ length: services }, (_, index) => [`s${index}`, { image: IMAGE }])),
  };
  const target = testTarget(...Array.from({ length: apps }, () => app));
  const operations = await operationsFor(engine, target);
  await using events = await followEngine(endpoint, apps * services);
  const began = Date.now();
  await createAndStart(engine, operations, AT_ONCE);
  const { first, last } = await events.done;
  const docker = connectEngine(endpoint);
  for (const { Id } of await docker.listContainers({ all: true }))
    await docker.getContainer(Id).remove({ force: true });
  await docker.pruneNetworks();
  return { firstWrite: first - began, whole: last - began };
}

function mediansOf(figures: readonly ChangeFigures[]): ChangeFigures {
  return {
    firstWrite: median(figures.map(({ firstWrite }) => firstWrite)),
    whole: median(figures.map(({ whole }) => whole)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
