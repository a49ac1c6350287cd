import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectEngine, startTestEngine } from '@device-supervisor/testbed';
import { SecretText, type ContainerConfig } from '@device-supervisor/compose';
import {
  createEngine,
  EngineUnreachableError,
  type ContainerLogLine,
  type ContainerLogsOptions,
  type Engine,
} from '../src/index.ts';
import { networkConfig, serviceConfig, volumeConfig } from '../src/testing/contract/contract-subject.ts';
import { HEALTHCHECK } from '../src/testing/contract/engine-harness.ts';
import type { EngineHarness } from '../src/testing/contract/engine-harness.ts';
import { describeEngineContract } from '../src/testing/contract/engine-contract.ts';
import { setUpDockerHarness } from './docker-harness.ts';
import { startEngineProxy } from './engine-proxy.ts';

describeEngineContract('Docker', setUpDockerHarness);

describe('a Docker engine', () => {
  let harness: EngineHarness;
  let engine: Engine;
  beforeAll(async () => {
    harness = await setUpDockerHarness();
    engine = createEngine({ endpoint: inject('engineEndpoint') });
  });
  afterEach(async () => {
    const docker = connectEngine(inject('engineEndpoint'));
    for (const { Id } of await docker.listContainers({ all: true })) {
      await docker.getContainer(Id).remove({ force: true, v: true });
    }
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await harness[Symbol.asyncDispose]();
  });

  const create = (name: string, changes: Partial<ContainerConfig> = {}): Promise<void> =>
    engine.createContainer({ name, image: harness.image.reference, config: serviceConfig(changes) });

  it('tells what it is', async () => {
    await engine.ping();
    expect(await engine.info()).toEqual({
      id: expect.stringMatching(/^[\w:-]+$/),
      version: expect.stringMatching(/^\d+\.\d+/),
      apiVersion: expect.stringMatching(/^1\.\d+$/),
      loggingDriver: expect.any(String),
      dataRoot: expect.stringMatching(/^\//),
      architecture: expect.stringMatching(/^(x86_64|aarch64|armv7l)$/),
      operatingSystem: expect.any(String),
      osType: 'linux',
      registries: { insecureHosts: [], insecureRanges: ['127.0.0.0/8'], mirrors: [] },
    });
  });

  it('is asked four things, when nothing changed', async () => {
    await using proxy = await startEngineProxy(inject('engineEndpoint'));
    await using observer = createEngine({ endpoint: proxy.endpoint });
    await engine.createNetwork('calls', networkConfig());
    await engine.createNetwork('calls-2', networkConfig());
    const endpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
    const port = await harness.freePort();
    await create('calls-web', {
      networkMode: 'calls',
      networks: { calls: endpoint },
      exposedPorts: ['80/tcp', '81/tcp', '82/udp'],
      portBindings: [{ containerPort: '80/tcp', hostIp: '', hostPort: String(port) }],
      healthcheck: HEALTHCHECK,
      mounts: ['a', 'b', 'c'].map((name) => ({
        type: 'volume',
        source: `calls-${name}`,
        target: `/${name}`,
        readOnly: false,
      })),
    });
    await engine.connectNetwork('calls-web', 'calls-2', endpoint);
    await engine.startContainer('calls-web');
    await harness.becomeHealthy('calls-web');
    await untilHealthy(observer, 'calls-web');
    await untilToldOf(observer, () => engine.createVolume('calls-last', volumeConfig()));
    await observer.observe({ imageReferences: [harness.image.reference] });

    proxy.takeRequests();
    for (let round = 0; round < 10; round++) await observer.observe({ imageReferences: [harness.image.reference] });
    const requests = proxy.takeRequests();
    expect(requests.filter((path) => path.includes('/json'))).toHaveLength(20);
    expect(requests).toHaveLength(40);

    const { containers, networks } = await engine.observe({ imageReferences: [] });
    for (const { id } of containers)
      await connectEngine(inject('engineEndpoint')).getContainer(id).remove({ force: true });
    for (const { id } of networks.filter(({ name }) => name.startsWith('calls'))) await engine.removeNetwork(id);
    for (const name of ['calls-a', 'calls-b', 'calls-c', 'calls-last']) await engine.removeVolume(name);
  });

  describe('logs', () => {
    const read = async (container: string, options: Partial<ContainerLogsOptions> = {}): Promise<ContainerLogLine[]> =>
      Array.fromAsync(engine.containerLogs(container, { follow: true, ...options }, new AbortController().signal));
    const long = 'x'.repeat(40_000);
    const script = `head -c 40000 /dev/zero | tr '\\0' x; echo; echo zwö >&2; sleep 0.01; echo; printf end`;

    it.each([
      { tty: false, text: ['long', '', 'end', 'zwö'], streams: ['stdout', 'stdout', 'stdout', 'stderr'] },
      { tty: true, text: ['long', 'zwö', '', 'end'], streams: ['stdout', 'stdout', 'stdout', 'stdout'] },
    ])('are followed to the end of the container (terminal: $tty)', async ({ tty, text, streams }) => {
      const before = Date.now();
      await create('logs', { tty, command: ['sh', '-c', script] });
      await engine.startContainer('logs');
      const lines = await read('logs');
      // The order between the two streams is not known.
      const byStream = lines.toSorted((a, b) => b.stream.localeCompare(a.stream));
      expect(byStream.map(({ line }) => line.replace(long, 'long'))).toEqual(text);
      expect(byStream.map(({ stream }) => stream)).toEqual(streams);
      for (const { timestamp } of lines) {
        expect(Number.isInteger(timestamp)).toBe(true);
        expect(timestamp).toBeGreaterThanOrEqual(before - 1);
        expect(timestamp).toBeLessThanOrEqual(Date.now());
      }
    });

    it('are cut at a time, and to a number of lines', async () => {
      await create('logs', { command: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.02; done'] });
      await engine.startContainer('logs');
      const all = await read('logs');
      expect(all.map(({ line }) => line)).toEqual(['1', '2', '3']);
      const second = all[1]?.timestamp ?? 0;
      expect(await read('logs', { follow: false, since: second })).toEqual(all.slice(1));
      expect(await read('logs', { follow: false, since: second + 1 })).toEqual(all.slice(2));
      expect(await read('logs', { follow: false, tail: 1 })).toEqual(all.slice(2));
    });

    it('of a container that is not there', async () => {
      await expect(read('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND_ON_ENGINE' });
    });
  });

  it('puts files into the volumes of a container that is read-only', async () => {
    const anonymousVolumes = ['/etc/app', '/run/secrets'];
    await create('read-only', { readOnly: true, anonymousVolumes, user: '1000' });
    const owner = { mode: 0o400, uid: 1000, gid: 1000 };
    await engine.putFiles('read-only', [
      { ...owner, path: '/run/secrets/key', content: new SecretText('grün') },
      { ...owner, path: '/etc/app/conf', content: new SecretText('') },
    ]);
    await engine.startContainer('read-only');
    expect(await harness.readFile('read-only', '/run/secrets/key')).toBe('grün');
    expect(await harness.readFile('read-only', '/etc/app/conf')).toBe('');
  });

  it('tells what a container uses', async () => {
    await create('usage');
    expect(await engine.containerUsage('usage')).toEqual({ cpuTime: 0, memory: 0 });
    await engine.startContainer('usage');
    const { cpuTime, memory } = await engine.containerUsage('usage');
    expect(cpuTime).toBeGreaterThan(0);
    expect(memory).toBeGreaterThan(0);
    await expect(engine.containerUsage('absent')).rejects.toMatchObject({ code: 'NOT_FOUND_ON_ENGINE' });
  });

  it("does not show what the engine's own limits are", async () => {
    await create('limits', { ulimits: [{ name: 'core', soft: 0, hard: 0 }] });
    const { containers } = await engine.observe({ imageReferences: [] });
    expect(containers[0]?.config.ulimits).toEqual([{ name: 'core', soft: 0, hard: 0 }]);
  });

  it('says that it cannot open a port on an address that the host does not have', async () => {
    await create('address', {
      networkMode: 'bridge',
      networks: { bridge: { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] } },
      exposedPorts: ['80/tcp'],
      portBindings: [{ containerPort: '80/tcp', hostIp: '203.0.113.9', hostPort: '8097' }],
    });
    await expect(engine.startContainer('address')).rejects.toMatchObject({
      code: 'ADDRESS_NOT_AVAILABLE',
      details: { address: '203.0.113.9' },
    });
  });

  it('says that a program of the host has a port', async () => {
    await using server = createServer();
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await create('port', {
      networkMode: 'bridge',
      networks: { bridge: { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] } },
      exposedPorts: ['80/tcp'],
      portBindings: [{ containerPort: '80/tcp', hostIp: '0.0.0.0', hostPort: String(port) }],
    });
    await expect(engine.startContainer('port')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { port, protocol: 'tcp', address: '0.0.0.0' },
    });
  });
});

it('an engine that goes away is unreachable', async () => {
  const testEngine = await startTestEngine();
  await using engine = createEngine({ endpoint: testEngine.endpoint });
  const events = engine.events(new AbortController().signal)[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { kind: 'connected' } });
  await testEngine[Symbol.asyncDispose]();
  await expect(events.next()).rejects.toBeInstanceOf(EngineUnreachableError);
  await expect(engine.observe({ imageReferences: [] })).rejects.toBeInstanceOf(EngineUnreachableError);
  await expect(engine.ping()).rejects.toBeInstanceOf(EngineUnreachableError);
});

async function untilHealthy(engine: Engine, container: string): Promise<void> {
  for await (const _ of engine.events(new AbortController().signal)) {
    const { containers } = await engine.observe({ imageReferences: [] });
    if (containers.some(({ name, health }) => name === container && health === 'healthy')) return;
  }
}

/** Events come in order: the last change is received after all others. */
async function untilToldOf(engine: Engine, createVolume: () => Promise<void>): Promise<void> {
  for await (const event of engine.events(new AbortController().signal)) {
    if (event.kind === 'connected') await createVolume();
    if (event.kind === 'volume' && event.id === 'calls-last') return;
  }
}
