import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  DEFAULT_CONTAINER_CONFIG,
  LABELS,
  withImageDefaults,
  type ContainerConfig,
  type EngineSnapshot,
  type ImageConfig,
  type LockLease,
  type NetworkConfig,
  type NetworkEndpoint,
  type ObservedContainer,
  type VolumeConfig,
} from '@device-supervisor/compose';
import type { DeviceEngine, EngineEvent } from '@device-supervisor/device';
import {
  ImageNotFoundError,
  ImagePullError,
  NameConflictError,
  NotFoundError,
  ObjectInUseError,
  PortInUseError,
} from '../errors.ts';

/** An engine under test, and the hands that act on it from outside. */
export interface EngineHarness extends AsyncDisposable {
  readonly engine: DeviceEngine;
  /** On the engine; its containers run until they are stopped or told to exit. */
  readonly image: { readonly reference: string; readonly config: ImageConfig };
  /** Puts an image into a registry that the engine reaches; the same content is the same image. */
  publish(name: string, content: string): Promise<{ readonly tag: string; readonly digest: string }>;
  /** A reference in that registry that nobody published. */
  readonly unpublished: string;
  /** Gives an image of the engine one more tag. */
  tag(reference: string, tag: string): Promise<void>;
  /** Makes the container's process end. */
  exit(container: string, code: number): Promise<void>;
  /** Makes the container's health check, {@link HEALTHCHECK}, succeed. */
  becomeHealthy(container: string): Promise<void>;
  /** Changes a limit as somebody else who uses the engine. */
  limitMemory(container: string, bytes: number): Promise<void>;
  /** A port that nobody listens on. */
  freePort(): Promise<number>;
}

/** What the images of a harness say. */
export const CONTRACT_IMAGE: Omit<ImageConfig, 'command'> = {
  environment: { FROM_IMAGE: 'yes', IN_BOTH: 'image' },
  labels: { 'from-image': 'yes' },
  entrypoint: null,
  user: '',
  workingDir: '/tmp',
  healthcheck: null,
  stopSignal: '',
  exposedPorts: ['7000/tcp'],
  volumes: ['/image-volume'],
};

export const HEALTHCHECK = {
  test: ['CMD-SHELL', 'test -e /healthy'],
  interval: 100,
  timeout: 5000,
  startPeriod: 60_000,
  retries: 1,
};

const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
const LEASE: LockLease = { appId: 7, services: ['web'], [Symbol.asyncDispose]: async () => undefined };

/** What every engine adapter must do, and the engine in memory too: `setup` is called once. */
export function describeEngineContract(name: string, setup: () => Promise<EngineHarness>): void {
  describe(`${name}: engine contract`, () => {
    let harness: EngineHarness;
    let engine: DeviceEngine;
    beforeAll(async () => {
      harness = await setup();
      ({ engine } = harness);
    });
    afterEach(() => removeEverything(engine));
    afterAll(() => harness[Symbol.asyncDispose]());

    const observe = (...imageReferences: string[]): Promise<EngineSnapshot> => engine.observe({ imageReferences });
    const create = async (container: string, changes: Partial<ContainerConfig> = {}): Promise<ObservedContainer> => {
      await engine.createContainer({
        name: container,
        image: harness.image.reference,
        config: serviceConfig(changes),
      });
      return find(container);
    };
    const run = async (container: string, changes: Partial<ContainerConfig> = {}): Promise<ObservedContainer> => {
      await create(container, changes);
      await engine.startContainer(container);
      return find(container);
    };
    const find = async (container: string): Promise<ObservedContainer> => {
      const found = (await observe()).containers.find((one) => one.name === container);
      if (found === undefined) throw new Error(`there is no container ${container}`);
      return found;
    };
    const reach = (
      container: string,
      isReached: (container: ObservedContainer) => boolean,
    ): Promise<ObservedContainer> =>
      reachState(engine, ({ containers }) => containers.find((one) => one.name === container && isReached(one)));

    describe('observing containers', () => {
      it('describes one that was created and not started', async () => {
        const container = await create('contract-web');
        const { images } = await observe(harness.image.reference);
        expect(container).toMatchObject({
          name: 'contract-web',
          imageId: images.find(({ tags }) => tags.includes(harness.image.reference))?.id,
          imageReference: harness.image.reference,
          identity: { appId: 7, appUuid: 'a1b2', serviceId: 11, serviceName: 'web' },
          status: 'created',
          health: 'none',
          exitCode: 0,
          error: '',
          startedAt: null,
          restartCount: 0,
          publishedPorts: [],
        });
        expect(container.id).toMatch(/^[0-9a-f]{64}$/);
      });

      it('gives the configuration that it was created with, completed by the image', async () => {
        const changes = { environment: { OWN: 'a=b', IN_BOTH: 'own' }, exposedPorts: ['80/tcp'], user: 'nobody' };
        const { config } = await create('contract-web', changes);
        expect(config).toEqual(withImageDefaults(serviceConfig(changes), harness.image.config));
      });

      it("takes the image's arguments only together with its entrypoint", async () => {
        const { config } = await create('contract-web', { entrypoint: ['sleep'] });
        expect(config).toMatchObject({ entrypoint: ['sleep'], command: null });
      });

      it('leaves out those without the label', async () => {
        await create('contract-web');
        const config = serviceConfig({ labels: { [LABELS.supervised]: 'false' } });
        await engine.createContainer({ name: 'contract-foreign', image: harness.image.reference, config });
        expect((await observe()).containers.map((one) => one.name)).toEqual(['contract-web']);
      });

      it('knows its own by the former labels too', async () => {
        const labels = {
          'io.resin.supervised': 'true',
          'io.resin.app-id': '7',
          'io.resin.service-id': '11',
          'io.resin.service-name': 'web',
        };
        const { identity, config } = await create('contract-web', { labels });
        expect(identity).toEqual({ appId: 7, serviceId: 11, serviceName: 'web' });
        expect(config.labels).toEqual({ ...labels, 'from-image': 'yes' });
      });

      it('has no identity for one whose labels name no service', async () => {
        expect((await create('contract-web', { labels: { [LABELS.supervised]: '1' } })).identity).toBeNull();
      });

      it('notices what others change', async () => {
        await run('contract-web');
        await harness.limitMemory('contract-web', 64 * 1024 * 1024);
        const changed = await reach('contract-web', ({ config }) => config.resources.memory !== 0);
        expect(changed.config.resources).toMatchObject({ memory: 64 * 1024 * 1024, memorySwap: 0 });
      });
    });

    describe('the life of a container', () => {
      it('starts it', async () => {
        const container = await run('contract-web');
        expect(container).toMatchObject({ status: 'running', exitCode: 0, error: '' });
        expect(container.startedAt).toBeGreaterThanOrEqual(container.createdAt);
      });

      it('starts it once', async () => {
        const first = await run('contract-web');
        await engine.startContainer(first.id);
        expect(await find('contract-web')).toEqual(first);
      });

      it('does not start what is not there', async () => {
        const error = await rejection(engine.startContainer('contract-nothing'));
        expect(error).toBeInstanceOf(NotFoundError);
        expect(error).toMatchObject({ details: { kind: 'container', name: 'contract-nothing' } });
      });

      it('stops it, also when it shall always restart', async () => {
        const { id } = await run('contract-web', { restart: { name: 'always', maximumRetryCount: 0 } });
        await engine.stopContainer(id, LEASE, 5);
        expect(await find('contract-web')).toMatchObject({ status: 'exited', restartCount: 0, publishedPorts: [] });
      });

      it("stops it within the container's own time", async () => {
        const { id } = await run('contract-web', { stopTimeout: 1 });
        await engine.stopContainer(id, LEASE, null);
        expect(await find('contract-web')).toMatchObject({ status: 'exited' });
      });

      it('is content when there is nothing to stop', async () => {
        const { id } = await create('contract-web');
        await engine.stopContainer(id, LEASE, 1);
        await engine.stopContainer('f'.repeat(64), LEASE, null);
        expect(await find('contract-web')).toMatchObject({ status: 'created' });
      });

      it('removes it, running or not', async () => {
        const running = await run('contract-web');
        const created = await create('contract-worker');
        await engine.removeContainer(running.id, LEASE);
        await engine.removeContainer(created.id, LEASE);
        expect((await observe()).containers).toEqual([]);
      });

      it('is content when there is nothing to remove', async () => {
        const { id } = await create('contract-web');
        await Promise.all([engine.removeContainer(id, LEASE), engine.removeContainer(id, LEASE)]);
        await engine.removeContainer(id, LEASE);
        expect((await observe()).containers).toEqual([]);
      });

      it('refuses a name that another has', async () => {
        const { id } = await create('contract-web');
        const error = await rejection(create('contract-web'));
        expect(error).toBeInstanceOf(NameConflictError);
        expect(error).toMatchObject({ details: { kind: 'container', name: 'contract-web' } });
        expect((await find('contract-web')).id).toBe(id);
      });

      it('refuses an image that is not there', async () => {
        const config = serviceConfig();
        const error = await rejection(
          engine.createContainer({ name: 'contract-web', image: 'contract/nothing:1', config }),
        );
        expect(error).toBeInstanceOf(ImageNotFoundError);
        expect(error).toMatchObject({ details: { reference: 'contract/nothing:1' } });
      });

      it('renames it, and keeps it running', async () => {
        const before = await run('contract-web');
        await engine.renameContainer(before.id, 'contract-web-2', LEASE);
        expect(await find('contract-web-2')).toEqual({ ...before, name: 'contract-web-2' });
        await engine.renameContainer(before.id, 'contract-web-2', LEASE);
      });

      it('does not rename to a name that another has, nor what is not there', async () => {
        const { id } = await create('contract-web');
        await create('contract-worker');
        expect(await rejection(engine.renameContainer(id, 'contract-worker', LEASE))).toBeInstanceOf(NameConflictError);
        expect(await rejection(engine.renameContainer('f'.repeat(64), 'contract-x', LEASE))).toBeInstanceOf(
          NotFoundError,
        );
        expect((await find('contract-web')).id).toBe(id);
      });

      it('shows how it ended', async () => {
        await run('contract-web');
        await harness.exit('contract-web', 3);
        const ended = await reach('contract-web', ({ status }) => status === 'exited');
        expect(ended).toMatchObject({ exitCode: 3, restartCount: 0, health: 'none' });
      });

      it.each([
        ['always', 0],
        ['unless-stopped', 3],
        ['on-failure', 3],
      ] as const)('restarts it with the policy %s after exit code %i', async (policy, code) => {
        await run('contract-web', { restart: { name: policy, maximumRetryCount: 0 } });
        await harness.exit('contract-web', code);
        const back = await reach('contract-web', ({ restartCount }) => restartCount === 1);
        expect(['running', 'restarting']).toContain(back.status);
      });

      it('does not restart with the policy on-failure what succeeded', async () => {
        await run('contract-web', { restart: { name: 'on-failure', maximumRetryCount: 0 } });
        await harness.exit('contract-web', 0);
        const ended = await reach('contract-web', ({ status }) => status === 'exited');
        expect(ended).toMatchObject({ exitCode: 0, restartCount: 0 });
      });

      it('follows its health', async () => {
        expect(await run('contract-web', { healthcheck: HEALTHCHECK })).toMatchObject({ health: 'starting' });
        await harness.becomeHealthy('contract-web');
        const healthy = await reach('contract-web', ({ health }) => health === 'healthy');
        await engine.stopContainer(healthy.id, LEASE, 5);
        expect(await find('contract-web')).toMatchObject({ status: 'exited', health: 'unhealthy' });
      });
    });

    describe('networks', () => {
      it('creates one, and creating it again changes nothing', async () => {
        const config = networkConfig({ driverOpts: { 'com.docker.network.driver.mtu': '1400' } });
        await engine.createNetwork('contract-net', config);
        await engine.createNetwork('contract-net', config);
        const found = (await observe()).networks.filter((one) => one.name === 'contract-net');
        expect(found).toMatchObject([{ supervised: true, appId: 7, config }]);
      });

      it('refuses a name that another has', async () => {
        await engine.createNetwork('contract-net', networkConfig());
        const error = await rejection(engine.createNetwork('contract-net', networkConfig({ internal: true })));
        expect(error).toBeInstanceOf(NameConflictError);
        expect(error).toMatchObject({ details: { kind: 'network', name: 'contract-net' } });
      });

      it('gives back the address range that it was asked for', async () => {
        const labels = { ...networkConfig().labels, [LABELS.userIpam]: 'true' };
        const pool = { subnet: '10.222.0.0/24', gateway: '10.222.0.9', ipRange: '10.222.0.128/25', auxAddresses: {} };
        const config = networkConfig({ labels, ipam: { driver: 'default', config: [pool], options: {} } });
        await engine.createNetwork('contract-net', config);
        expect((await observe()).networks.find((one) => one.name === 'contract-net')?.config).toEqual(config);
      });

      it('gives back one that only holds configuration', async () => {
        const config = networkConfig({ configOnly: true });
        await engine.createNetwork('contract-net', config);
        expect((await observe()).networks.find((one) => one.name === 'contract-net')?.config).toEqual(config);
      });

      it("lists the engine's own, as not ours", async () => {
        const { networks } = await observe();
        for (const own of ['bridge', 'host', 'none']) {
          expect(networks.find((one) => one.name === own)).toMatchObject({ supervised: false, appId: null });
        }
      });

      it('creates a container in the first, and connects it to more before it starts', async () => {
        await engine.createNetwork('contract-a', networkConfig());
        await engine.createNetwork('contract-b', networkConfig());
        const first = { ...NO_ENDPOINT, aliases: ['one', 'web'] };
        const second = { ...NO_ENDPOINT, aliases: ['two'] };
        const networks = { 'contract-a': first, 'contract-b': second };
        const created = await create('contract-web', { networkMode: 'contract-a', networks });
        expect(created.config).toMatchObject({ networkMode: 'contract-a', networks: { 'contract-a': first } });
        expect(Object.keys(created.config.networks)).toEqual(['contract-a']);

        await engine.connectNetwork('contract-web', 'contract-b', second);
        expect((await find('contract-web')).config.networks).toEqual(networks);
        await engine.connectNetwork('contract-web', 'contract-b', second);
        await engine.startContainer('contract-web');
        expect((await find('contract-web')).config.networks).toEqual(networks);
      });

      it('connects only a container that is there', async () => {
        await engine.createNetwork('contract-net', networkConfig());
        const error = await rejection(engine.connectNetwork('contract-nothing', 'contract-net', NO_ENDPOINT));
        expect(error).toMatchObject({ code: 'NOT_FOUND_ON_ENGINE', details: { kind: 'container' } });
      });

      it('does not start a container that was connected to a network which is not there', async () => {
        await engine.createNetwork('contract-net', networkConfig());
        await create('contract-web', { networkMode: 'contract-net', networks: { 'contract-net': NO_ENDPOINT } });
        // Engines of some versions refuse to connect it, others to start it.
        const connected = engine.connectNetwork('contract-web', 'contract-nothing', NO_ENDPOINT);
        const error = await rejection(connected.then(() => engine.startContainer('contract-web')));
        expect(error).toMatchObject({
          code: 'NOT_FOUND_ON_ENGINE',
          details: { kind: 'network', name: 'contract-nothing' },
        });
      });

      it('does not start a container whose network is gone, and says why', async () => {
        const endpoint = { 'contract-net': NO_ENDPOINT };
        await engine.createNetwork('contract-net', networkConfig());
        await create('contract-web', { networkMode: 'contract-net', networks: endpoint });
        const { networks } = await observe();
        await engine.removeNetwork(networks.find((one) => one.name === 'contract-net')?.id ?? '');
        const error = await rejection(engine.startContainer('contract-web'));
        expect(error).toMatchObject({
          code: 'NOT_FOUND_ON_ENGINE',
          details: { kind: 'network', name: 'contract-net' },
        });
        const container = await find('contract-web');
        expect(container).toMatchObject({ status: 'created', exitCode: 128 });
        expect(container.error).toContain('network contract-net not found');
      });

      it('keeps one that a running container is in, and removes it when that has stopped', async () => {
        await engine.createNetwork('contract-net', networkConfig());
        const network = (await observe()).networks.find((one) => one.name === 'contract-net')?.id ?? '';
        const { id } = await run('contract-web', {
          networkMode: 'contract-net',
          networks: { 'contract-net': NO_ENDPOINT },
        });
        const error = await rejection(engine.removeNetwork(network));
        expect(error).toBeInstanceOf(ObjectInUseError);
        expect(error).toMatchObject({ details: { kind: 'network', name: 'contract-net' } });
        await engine.stopContainer(id, LEASE, 5);
        await engine.removeNetwork(network);
        await engine.removeNetwork(network);
        expect((await observe()).networks.some((one) => one.name === 'contract-net')).toBe(false);
      });

      it("lends a container another's network stack, while that runs", async () => {
        const parent = await create('contract-parent', { hostname: 'parent' });
        const networkMode = `container:${parent.id}`;
        const child = await create('contract-child', { networkMode });
        expect(child.config).toMatchObject({ networkMode, networks: {}, hostname: '' });
        expect(await rejection(engine.startContainer('contract-child'))).toMatchObject({
          code: 'ENGINE_REQUEST_FAILED',
        });
        await engine.startContainer(parent.id);
        await engine.startContainer('contract-child');
        expect(await find('contract-child')).toMatchObject({ status: 'running', error: '', config: child.config });
      });
    });

    describe('volumes', () => {
      it('creates one, and creating it again keeps the first', async () => {
        const config = volumeConfig({ note: 'first' });
        await engine.createVolume('contract-data', config);
        await engine.createVolume('contract-data', volumeConfig({ note: 'second' }));
        const found = (await observe()).volumes.filter((one) => one.name === 'contract-data');
        expect(found).toEqual([{ name: 'contract-data', supervised: true, appUuid: 'a1b2', config }]);
      });

      it('keeps one that a container uses, and removes it after that', async () => {
        await engine.createVolume('contract-data', volumeConfig());
        const mounts = [{ type: 'volume', source: 'contract-data', target: '/data', readOnly: false } as const];
        const { id } = await create('contract-web', { mounts });
        const error = await rejection(engine.removeVolume('contract-data'));
        expect(error).toBeInstanceOf(ObjectInUseError);
        expect(error).toMatchObject({ details: { kind: 'volume', name: 'contract-data' } });
        await engine.removeContainer(id, LEASE);
        await engine.removeVolume('contract-data');
        await engine.removeVolume('contract-data');
        expect((await observe()).volumes.some((one) => one.name === 'contract-data')).toBe(false);
      });

      it('makes one that a container mounts, and shows no anonymous ones', async () => {
        const mounts = [{ type: 'volume', source: 'contract-data', target: '/data', readOnly: true } as const];
        const { config } = await create('contract-web', { mounts, anonymousVolumes: ['/scratch'] });
        expect(config).toMatchObject({ mounts, anonymousVolumes: ['/image-volume', '/scratch'] });
        expect((await observe()).volumes).toMatchObject([{ name: 'contract-data', supervised: false, appUuid: null }]);
      });
    });

    describe('ports', () => {
      const publish = (port: number): Partial<ContainerConfig> => ({
        networkMode: 'bridge',
        networks: { bridge: NO_ENDPOINT },
        exposedPorts: ['80/tcp'],
        portBindings: [{ containerPort: '80/tcp', hostIp: '', hostPort: String(port) }],
      });

      it('opens them while the container runs', async () => {
        const port = await harness.freePort();
        const { id, publishedPorts } = await run('contract-web', publish(port));
        expect(publishedPorts).toContainEqual({ containerPort: '80/tcp', hostIp: '0.0.0.0', hostPort: port });
        await engine.stopContainer(id, LEASE, 5);
        expect((await find('contract-web')).publishedPorts).toEqual([]);
      });

      it('refuses one that another container has, says so, and gives it when it is free', async () => {
        const port = await harness.freePort();
        const { id } = await run('contract-web', publish(port));
        const error = await rejection(run('contract-worker', publish(port)));
        expect(error).toBeInstanceOf(PortInUseError);
        expect(error).toMatchObject({ details: { port, address: '0.0.0.0' } });
        const refused = await find('contract-worker');
        expect(refused).toMatchObject({ status: 'created', startedAt: null });
        expect(refused.error).toContain('port is already allocated');
        await engine.stopContainer(id, LEASE, 5);
        await engine.startContainer('contract-worker');
        expect(await find('contract-worker')).toMatchObject({ status: 'running', error: '' });
      });

      it('picks one when none is asked for', async () => {
        const { publishedPorts } = await run('contract-web', {
          ...publish(0),
          portBindings: [{ containerPort: '80/tcp', hostIp: '127.0.0.1', hostPort: '' }],
        });
        expect(publishedPorts).toMatchObject([{ containerPort: '80/tcp', hostIp: '127.0.0.1' }]);
        expect(publishedPorts[0]?.hostPort).toBeGreaterThan(1023);
      });
    });

    describe('images', () => {
      it('pulls by tag, with progress that never falls', async () => {
        const { tag, digest } = await harness.publish('contract-pull', 'one');
        const progress: number[] = [];
        await pull(tag, (percent) => progress.push(percent));
        expect(progress.at(0)).toBe(0);
        expect(progress.at(-1)).toBe(100);
        expect(progress).toEqual(progress.toSorted((a, b) => a - b));
        expect(progress.every(Number.isInteger)).toBe(true);
        const image = (await observe(tag)).images.find(({ tags }) => tags.includes(tag));
        expect(image).toMatchObject({ digests: [digest], config: { environment: { FROM_IMAGE: 'yes' } } });
        await engine.removeImage(tag);
      });

      it('pulls by digest', async () => {
        const { digest } = await harness.publish('contract-pull', 'one');
        await pull(digest);
        const image = (await observe(digest)).images.find(({ digests }) => digests.includes(digest));
        expect(image).toMatchObject({ tags: [], config: harness.image.config });
        await engine.removeImage(digest);
        expect((await observe()).images.some(({ digests }) => digests.includes(digest))).toBe(false);
      });

      it('moves a tag to what the registry has now', async () => {
        const { tag } = await harness.publish('contract-pull', 'one');
        await pull(tag);
        const before = (await observe()).images.find(({ tags }) => tags.includes(tag));
        await harness.publish('contract-pull', 'two');
        await pull(tag);
        const after = (await observe()).images.filter(({ tags }) => tags.includes(tag));
        expect(after).toHaveLength(1);
        expect(after[0]?.id).not.toBe(before?.id);
        await engine.removeImage(tag);
        for (const digest of before?.digests ?? []) await engine.removeImage(digest);
      });

      it('says that the registry does not have an image', async () => {
        const error = await rejection(pull(harness.unpublished));
        expect(error).toBeInstanceOf(ImagePullError);
        expect(error).toMatchObject({ details: { reference: harness.unpublished, reason: 'not-found' } });
      });

      it('does not pull when it was aborted', async () => {
        const reason = new Error('no longer wanted');
        const options = { signal: AbortSignal.abort(reason), onProgress: () => undefined };
        const { tag } = await harness.publish('contract-pull', 'one');
        expect(await rejection(engine.pullImage(tag, options))).toBe(reason);
        expect((await observe()).images.some(({ tags }) => tags.includes(tag))).toBe(false);
      });

      it('gives the configuration of those that it was asked about and of those in use', async () => {
        const { reference, config } = harness.image;
        const configOf = ({ images }: EngineSnapshot): unknown =>
          images.find(({ tags }) => tags.includes(reference))?.config;
        expect(configOf(await observe())).toBeUndefined();
        expect(configOf(await observe(reference, 'contract/nothing:1'))).toEqual(config);
        await create('contract-web');
        expect(configOf(await observe())).toEqual(config);
      });

      it('keeps one that a container uses, and removes it after that', async () => {
        const { tag } = await harness.publish('contract-pull', 'one');
        await pull(tag);
        await engine.createContainer({ name: 'contract-web', image: tag, config: serviceConfig() });
        const error = await rejection(engine.removeImage(tag));
        expect(error).toBeInstanceOf(ObjectInUseError);
        expect(error).toMatchObject({ details: { kind: 'image', name: tag } });
        await engine.removeContainer((await find('contract-web')).id, LEASE);
        await engine.removeImage(tag);
        await engine.removeImage(tag);
        expect((await observe()).images.some(({ tags }) => tags.includes(tag))).toBe(false);
      });

      it('takes one of several tags off an image in use', async () => {
        await create('contract-web');
        await harness.tag(harness.image.reference, 'contract-second:1');
        await engine.removeImage('contract-second:1');
        const { images } = await observe();
        expect(images.some(({ tags }) => tags.includes('contract-second:1'))).toBe(false);
        expect(images.some(({ tags }) => tags.includes(harness.image.reference))).toBe(true);
      });
    });

    describe('events', () => {
      it('tells what happens, from the first item on', async () => {
        await using events = listen(engine);
        expect(await events.next()).toEqual({ kind: 'connected' });
        const { id } = await run('contract-web');
        await engine.createVolume('contract-data', volumeConfig());
        await engine.removeContainer(id, LEASE);
        const seen: string[] = [];
        for (;;) {
          const event = await events.next();
          if (event?.kind === 'container' && event.id === id) seen.push(event.action);
          if (event?.kind === 'volume' && event.id === 'contract-data') seen.push(`volume ${event.action}`);
          if (seen.at(-1) === 'destroy') break;
        }
        expect(seen.filter((action) => action !== 'kill')).toEqual([
          'create',
          'start',
          'volume create',
          'die',
          'destroy',
        ]);
      });

      it('tells everybody who listens', async () => {
        await using first = listen(engine);
        await using second = listen(engine);
        expect([await first.next(), await second.next()]).toEqual([{ kind: 'connected' }, { kind: 'connected' }]);
        await engine.createNetwork('contract-net', networkConfig());
        const id = (await observe()).networks.find((one) => one.name === 'contract-net')?.id;
        const created = (event: EngineEvent | undefined): boolean =>
          event?.kind === 'network' && event.action === 'create' && event.id === id;
        expect(await first.until(created)).toEqual(await second.until(created));
      });

      it('ends when it is aborted', async () => {
        const controller = new AbortController();
        const actions: string[] = [];
        for await (const event of engine.events(controller.signal)) {
          actions.push(event.kind);
          controller.abort();
        }
        expect(actions).toEqual(['connected']);
      });
    });

    const pull = (reference: string, onProgress: (percent: number) => void = () => undefined): Promise<void> =>
      engine.pullImage(reference, { signal: new AbortController().signal, onProgress });
  });
}

/** A service that asks for little; on no network, so that it starts fast. */
export function serviceConfig(changes: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    ...DEFAULT_CONTAINER_CONFIG,
    tty: false,
    restart: { name: 'no', maximumRetryCount: 0 },
    labels: {
      [LABELS.supervised]: 'true',
      [LABELS.appId]: '7',
      [LABELS.appUuid]: 'a1b2',
      [LABELS.serviceId]: '11',
      [LABELS.serviceName]: 'web',
    },
    ...changes,
  };
}

function networkConfig(changes: Partial<NetworkConfig> = {}): NetworkConfig {
  return {
    driver: 'bridge',
    driverOpts: {},
    enableIpv6: false,
    internal: false,
    configOnly: false,
    labels: { [LABELS.supervised]: 'true', [LABELS.appId]: '7' },
    ipam: { driver: 'default', config: [], options: {} },
    ...changes,
  };
}

function volumeConfig(labels: Readonly<Record<string, string>> = {}): VolumeConfig {
  return {
    driver: 'local',
    driverOpts: {},
    labels: { ...labels, [LABELS.supervised]: 'true', [LABELS.appUuid]: 'a1b2' },
  };
}

/** Looks at the engine whenever something changes, until it finds what it looks for. */
async function reachState<Found>(
  engine: DeviceEngine,
  find: (snapshot: EngineSnapshot) => Found | undefined,
): Promise<Found> {
  const controller = new AbortController();
  try {
    for await (const _ of engine.events(controller.signal)) {
      const found = find(await engine.observe({ imageReferences: [] }));
      if (found !== undefined) return found;
    }
    throw new Error('the events ended');
  } finally {
    controller.abort();
  }
}

function listen(engine: DeviceEngine) {
  const controller = new AbortController();
  const events = engine.events(controller.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<EngineEvent | undefined> => (await events.next()).value;
  return {
    next,
    async until(isWanted: (event: EngineEvent | undefined) => boolean): Promise<EngineEvent | undefined> {
      for (;;) {
        const event = await next();
        if (event === undefined || isWanted(event)) return event;
      }
    },
    async [Symbol.asyncDispose]() {
      controller.abort();
      await events.return?.();
    },
  };
}

async function removeEverything(engine: DeviceEngine): Promise<void> {
  const { containers, networks, volumes } = await engine.observe({ imageReferences: [] });
  for (const { id } of containers) await engine.removeContainer(id, LEASE);
  await engine.removeContainer('contract-foreign', LEASE);
  const isOurs = ({ name }: { readonly name: string }): boolean => name.startsWith('contract-');
  for (const { id } of networks.filter(isOurs)) await engine.removeNetwork(id);
  for (const { name } of volumes.filter(isOurs)) await engine.removeVolume(name);
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  );
}
