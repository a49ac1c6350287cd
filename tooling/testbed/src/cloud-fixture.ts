import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import * as z from 'zod';
import { bundleSupervisor } from './bundle-apps.ts';
import { busyboxImage } from './busybox-image.ts';
import { startCloudStub, type CloudStub, type CloudStubOptions } from './cloud-stub/start-cloud-stub.ts';
import type { Fleet, Release, StubDevice } from './cloud-stub/world.ts';
import { connectEngine } from './connect-engine.ts';
import type { DeviceHost } from './device-host/device-host.ts';
import { pushImage, startRegistry } from './start-registry.ts';
import { startTestEngine, type TestEngine } from './start-test-engine.ts';
import { startSupervisor, type SupervisorOptions, type SupervisorProcess } from './supervisor-process.ts';
import { waitFor } from './wait-for.ts';

/** A supervisor that has a cloud. */
export interface DeviceProcess extends SupervisorProcess {
  /** Its config.json. */
  readonly configJson: string;
  /** Waits until it is registered. @returns the device that the cloud has of it */
  registered(): Promise<StubDevice>;
}

export interface DeviceProcessOptions extends Partial<Pick<SupervisorOptions, 'engineEndpoint' | 'environment'>> {
  /** Content of config.json; `null` takes a field away. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Its host, whose config.json it uses. Default: none. */
  readonly host?: DeviceHost;
  /** Files that it finds on its data partition, by name. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface CloudFixtureOptions extends CloudStubOptions {
  /** More for the engine's `daemon.json`. */
  readonly engineSettings?: Readonly<Record<string, unknown>>;
}

/**
 * A cloud, its registry, which requires tokens of the cloud, and an engine for one device at a time. Disposing of it removes
 * everything.
 */
export interface CloudFixture extends AsyncDisposable {
  readonly engine: TestEngine;
  readonly docker: Dockerode;
  readonly cloud: CloudStub;
  /** `host:port`. */
  readonly registry: string;
  /**
   * Makes an image that says `<name> is up` and idles, and ends at once when it is asked to.
   *
   * @param name e.g. `web:1`
   * @returns its reference by digest: it is in the registry, and not on the engine
   */
  publish(name: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Takes references of the registry away from the engine, and with the last one the image. */
  unload(...references: readonly string[]): Promise<void>;
  /** Starts a new device of the fleet, or the one that the cloud has. */
  startDevice(owner: Fleet | StubDevice, options?: DeviceProcessOptions): Promise<DeviceProcess>;
  /** Waits until the engine's containers are those of the release, and all of them run. @returns their ids by service */
  running(release: Release): Promise<Record<string, string>>;
  /** Ids of the engine's running containers, by service. */
  containers(): Promise<Record<string, string>>;
}

const Config = z.record(z.string(), z.unknown());
/** Milliseconds; what a device waits for after it could not register. */
const RETRY_DELAY = 500;

export async function startCloudFixture({
  engineSettings = {},
  ...options
}: CloudFixtureOptions = {}): Promise<CloudFixture> {
  await using resources = new AsyncDisposableStack();
  await bundleSupervisor();
  const engine = resources.use(await startTestEngine({ settings: engineSettings }));
  const docker = connectEngine(engine.endpoint);
  const cloud = resources.use(await startCloudStub(options));
  const { host: registry } = resources.use(await startRegistry({ access: await cloud.registryAccess() }));
  const directory = await mkdtemp(join(tmpdir(), 'devices-'));
  resources.defer(() => removeDirectory(directory));

  const fixture: Omit<CloudFixture, typeof Symbol.asyncDispose> = {
    engine,
    docker,
    cloud,
    registry,
    async publish(name, labels = {}) {
      const program = { cmd: ['sh', '-c', `echo ${name} is up; sleep 100000`], stopSignal: 'SIGKILL' };
      await busyboxImage(engine.endpoint, { tag: `v2/${name}`, labels: { image: name, ...labels }, ...program });
      const pushed = await pushImage(engine.endpoint, { host: registry, ...cloud.builder }, `v2/${name}`);
      await fixture.unload(pushed.reference, `v2/${name}`);
      return pushed.digestReference;
    },
    async unload(...references) {
      for (const reference of references) await docker.getImage(reference).remove();
    },
    async startDevice(owner, { config = {}, data = {}, engineEndpoint = engine.endpoint, ...place } = {}) {
      const boot = place.host?.bootMount ?? (await mkdtemp(join(directory, 'device-')));
      const dataMount = await mkdtemp(join(directory, 'data-'));
      for (const [name, content] of Object.entries(data)) await writeFile(join(dataMount, name), content);
      const configJson = join(boot, 'config.json');
      const usual = { apiEndpoint: cloud.endpoint, deviceType: 'generic-amd64', registryEndpoint: registry };
      const own = 'deviceType' in owner ? registrationOf(owner) : provisioningOf(owner);
      const known = place.host === undefined ? {} : Config.parse(JSON.parse(await readFile(configJson, 'utf8')));
      await writeFile(configJson, JSON.stringify({ ...known, ...usual, ...own, ...config }));
      const supervisor = await startSupervisor({
        engineEndpoint,
        environment: {
          BOOT_MOUNTPOINT: boot,
          DATA_MOUNTPOINT: dataMount,
          ...place.host?.environment,
          ...place.environment,
        },
      });
      return Object.assign(supervisor, { configJson, registered: () => registered(configJson, cloud) });
    },
    async running({ commit, services }) {
      await waitFor(`${commit} to run`, () => docker.listContainers({ all: true }), {
        until: (list) =>
          list.length === Object.keys(services).length &&
          list.every(({ State, Names: [name = ''] }) => State === 'running' && name.endsWith(`_${commit}`)),
      });
      return await fixture.containers();
    },
    async containers() {
      const list = await docker.listContainers();
      return Object.fromEntries(list.map(({ Id, Names: [name = ''] }) => [name.slice(1).split('_')[0] ?? '', Id]));
    },
  };
  // Locks lie in the machine's own directory.
  resources.defer(() => removeDirectory('/tmp/balena-supervisor/services'));
  const lifetime = resources.move();
  return { ...fixture, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

function provisioningOf({ id, provisioningKey }: Fleet): object {
  return { apiKey: provisioningKey, applicationId: id, bootstrapRetryDelay: RETRY_DELAY };
}

function registrationOf({ uuid, key, id }: StubDevice): object {
  return { uuid, deviceApiKey: key, deviceId: id, registered_at: 1_700_000_000 };
}

async function registered(configJson: string, cloud: CloudStub): Promise<StubDevice> {
  const text = await waitFor('the device to be registered', () => readFile(configJson, 'utf8'), {
    until: (content) => content.includes('"registered_at"'),
  });
  const uuid = /"uuid":\s*"(\w+)"/.exec(text)?.[1] ?? '';
  const device = cloud.device(uuid);
  if (device === null) throw new Error(`the cloud has no device ${uuid}`);
  return device;
}

/** Also while a process that was killed still writes into it. */
async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}
