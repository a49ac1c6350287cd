import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { busyboxImage } from '@device-supervisor/testbed';
import {
  compareContainers,
  LABELS,
  withImageDefaults,
  type ContainerConfig,
  type ImageConfig,
} from '@device-supervisor/compose';
import { serviceConfig } from '../src/testing/contract/contract-subject.ts';
import type { EngineHarness } from '../src/testing/contract/engine-harness.ts';
import { asksForNothing, CASES, NETWORK, SUPERVISED } from './container-cases.ts';
import { dualStackNetwork, removeAllContainers, setUpDockerHarness } from './docker-harness.ts';

/** Fields that cannot be tried on a running container here: there is no such hardware, or no right to raise limits. */
const NOT_STARTED = new Set(['blkio', 'cpuRealtime', 'deviceRequests', 'privileged', 'usernsMode']);

let harness: EngineHarness;
beforeAll(async () => {
  harness = await setUpDockerHarness();
  await harness.engine.createNetwork(
    NETWORK,
    dualStackNetwork(223, { [LABELS.supervised]: 'true', [LABELS.userIpam]: 'true' }),
  );
});

afterEach(removeAllContainers);

afterAll(async () => {
  await harness.engine.removeNetwork(NETWORK);
  await harness.engine.removeVolume('round-trip-data');
  await harness[Symbol.asyncDispose]();
});

describe('what the engine gives back is what was asked for', () => {
  it('of a service that asks for nothing', async () => {
    const expected = withImageDefaults(serviceConfig(), harness.image.config);
    expect(await createAndRead({})).toEqual(expected);
    expect(await startAndRead()).toEqual(expected);
  });

  it('of a service whose command is an empty list', async () => {
    const expected = withImageDefaults(serviceConfig(), harness.image.config);
    expect(await createAndRead({ command: [] })).toEqual(expected);
  });

  const cases = Object.entries(CASES).flatMap(([field, changes]) => changes.map((change) => ({ field, change })));
  it.each(cases)('$field: $change', async ({ field, change }) => {
    const expected = withImageDefaults(serviceConfig(change), harness.image.config);
    const created = await createAndRead(change);
    expect(compareContainers(created, expected)).toEqual([]);
    expect(created).toEqual(expected);
    const plain = withImageDefaults(serviceConfig(), harness.image.config);
    expect(compareContainers(created, plain).length === 0).toBe(asksForNothing(change));
    expect(NOT_STARTED.has(field) ? created : await startAndRead()).toEqual(expected);
  });
});

describe('what an image says', () => {
  const reference = 'round-trip-image:1';
  beforeAll(async () => {
    await busyboxImage(inject('engineEndpoint'), {
      tag: reference,
      entrypoint: ['sh', '-c'],
      cmd: ['sleep 10'],
      env: { FROM_IMAGE: 'a=b' },
      labels: { 'from-image': 'yes' },
      user: 'nobody',
      workingDir: '/tmp',
      stopSignal: 'SIGINT',
      exposedPorts: ['53/udp', '80'],
      volumes: ['/b', '/a'],
      healthcheck: {
        command: ['true'],
        interval: 20_000,
        timeout: 2000,
        startPeriod: 1000,
        retries: 4,
      },
    });
  });
  afterAll(() => harness.engine.removeImage(reference));

  it('is reported', async () => {
    expect(await readImage()).toEqual({
      entrypoint: ['sh', '-c'],
      command: ['sleep 10'],
      environment: { FROM_IMAGE: 'a=b', PATH: expect.any(String) },
      labels: { 'from-image': 'yes' },
      user: 'nobody',
      workingDir: '/tmp',
      stopSignal: 'SIGINT',
      exposedPorts: ['53/udp', '80/tcp'],
      volumes: ['/a', '/b'],
      healthcheck: {
        test: ['CMD', 'true'],
        interval: 20_000,
        timeout: 2000,
        startPeriod: 1000,
        startInterval: 0,
        retries: 4,
      },
    });
    await createAndRead({});
  });

  it.each<Partial<ContainerConfig>>([
    {},
    { entrypoint: ['sleep'] },
    { entrypoint: [] },
    { command: ['sleep 20'] },
    { entrypoint: ['sleep'], command: [] },
    { environment: { FROM_IMAGE: 'own' }, labels: { ...SUPERVISED, 'from-image': 'no' } },
    { user: 'root', workingDir: '/', stopSignal: 'SIGTERM' },
    { exposedPorts: ['81/tcp'], anonymousVolumes: ['/c'] },
    { mounts: [{ type: 'volume', source: 'round-trip-data', target: '/a', readOnly: false }] },
    { healthcheck: { test: [], interval: 5000, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
    { healthcheck: { test: ['NONE'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
  ])('is completed by what the service asks for: %j', async (change) => {
    const image = await readImage();
    expect(await createAndRead(change, reference)).toEqual(withImageDefaults(serviceConfig(change), image));
  });

  async function readImage(): Promise<ImageConfig> {
    const { images } = await harness.engine.observe({ imageReferences: [reference] });
    const config = images.find(({ tags }) => tags.includes(reference))?.config;
    if (config === undefined) throw new Error('the image has no configuration');
    return config;
  }
});

async function createAndRead(
  change: Partial<ContainerConfig>,
  image: string = harness.image.reference,
): Promise<ContainerConfig> {
  await harness.engine.createContainer({ name: 'round-trip', image, config: serviceConfig(change) });
  return read();
}

/** Much of what engines fill in they fill in at the start. */
async function startAndRead(): Promise<ContainerConfig> {
  await harness.engine.startContainer('round-trip');
  return read();
}

async function read(): Promise<ContainerConfig> {
  const { containers } = await harness.engine.observe({ imageReferences: [] });
  const container = containers.find(({ name }) => name === 'round-trip');
  if (container === undefined) throw new Error('the container is gone');
  return container.config;
}
