import { readdir, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { bundleSupervisor } from './bundle-apps.ts';
import { busyboxImage, type BusyboxImageOptions } from './busybox-image.ts';
import { connectEngine } from './connect-engine.ts';
import { startTestEngine, type TestEngine } from './start-test-engine.ts';
import { startSupervisor, type SupervisorProcess } from './supervisor-process.ts';
import { waitFor } from './wait-for.ts';

/** A service of a target; what is not given is usual. */
export interface FixtureService {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Any other field of a composition. */
  readonly [field: string]: unknown;
}

export interface FixtureRelease {
  /** Default: `c1`. */
  readonly commit?: string;
  readonly volumes?: Readonly<Record<string, object>>;
  readonly networks?: Readonly<Record<string, object>>;
}

/** A private engine, an app for it, and a supervisor to start. Disposing of it removes everything. */
export interface AppFixture extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly docker: Dockerode;
  /** `app:1` or `app:2`, both on the engine: they idle, and end at once when they are asked to. */
  readonly images: readonly [string, string];
  /** Apps of a local target: this one, with services by name, which get the ids 1, 2, …. */
  target(services: Readonly<Record<string, FixtureService>>, release?: FixtureRelease): Record<string, object>;
  /** Builds an image that behaves like the fixture's own; options override that. */
  buildImage(options: BusyboxImageOptions): Promise<void>;
  /** A supervisor whose locks are where the containers have them. @param endpoint default: the engine's own */
  startSupervisor(endpoint?: string): Promise<SupervisorProcess>;
  /** Names and states of all containers on the engine, e.g. `web_1_1_c1 running`. */
  containers(): Promise<string[]>;
  /** Runs a shell command in a container. @returns what it printed */
  exec(container: string, command: string): Promise<string>;
  /** Update locks of the app, of services and the supervisor, e.g. `web/updates.lock`. */
  heldLocks(): Promise<string[]>;
  /** Has the supervisor remove everything, and waits until no container is left. */
  removeAll(supervisor: SupervisorProcess): Promise<void>;
}

const PROGRAM = { cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' } as const;
const LOCK_NAMES: readonly string[] = ['updates.lock', 'resin-updates.lock'];

/** @param appId one that no other test has: locks lie in the machine's own directory */
export async function startAppFixture(appId: number): Promise<AppFixture> {
  await bundleSupervisor();
  const engine = await startTestEngine();
  const docker = connectEngine(engine.endpoint);
  const locks = `/tmp/balena-supervisor/services/${appId}`;
  const fixture: AppFixture = {
    engine,
    docker,
    images: ['app:1', 'app:2'],
    target(services, { commit = 'c1', volumes = {}, networks = {} } = {}) {
      const entries = Object.entries(services).map(([serviceName, service], index): [number, object] => [
        index + 1,
        { serviceName, imageId: index + 1, image: 'app:1', environment: {}, labels: {}, ...service },
      ]);
      const release = { commit, releaseId: '1', services: Object.fromEntries<object>(entries) };
      return { [appId]: { name: `app${appId}`, ...release, volumes, networks } };
    },
    async buildImage(options) {
      await busyboxImage(engine.endpoint, { ...PROGRAM, ...options });
    },
    startSupervisor: (endpoint = engine.endpoint) => startSupervisor({ engineEndpoint: endpoint }),
    async containers() {
      const containers = await docker.listContainers({ all: true });
      return containers.map(({ Names: [name = ''], State }) => `${name.slice(1)} ${State}`).sort();
    },
    async exec(container, command) {
      const exec = await docker
        .getContainer(container)
        .exec({ Cmd: ['sh', '-c', command], AttachStdout: true, AttachStderr: true, Tty: true });
      return await text(await exec.start({ Tty: true }));
    },
    async heldLocks() {
      const [entries] = await Promise.allSettled([readdir(locks, { recursive: true })]);
      const paths = entries.status === 'fulfilled' ? entries.value : [];
      return paths.filter((path) => LOCK_NAMES.includes(path.split('/').at(-1) ?? '')).sort();
    },
    async removeAll(supervisor) {
      await supervisor.apply({});
      await waitFor('all containers to be gone', () => fixture.containers(), { until: ({ length }) => length === 0 });
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await rm(locks, { recursive: true, force: true });
    },
  };
  await fixture.buildImage({ tag: 'app:1' });
  await fixture.buildImage({ tag: 'app:2', labels: { version: '2' } });
  return fixture;
}
