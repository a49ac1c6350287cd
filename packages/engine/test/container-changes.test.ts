import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { compareContainers, updateInPlace, withImageDefaults, type ContainerConfig } from '@device-supervisor/compose';
import { connectEngine } from '@device-supervisor/testbed';
import { serviceConfig } from '../src/testing/contract/contract-subject.ts';
import type { EngineHarness } from '../src/testing/contract/engine-harness.ts';
import { asksForNothing, CASES, MIB, NO_LIMITS, ON_BRIDGE } from './container-cases.ts';
import { setUpDockerHarness } from './docker-harness.ts';

/** Of a container that has no limits; each is to be possible without another container. */
const CHANGES: readonly Partial<ContainerConfig>[] = [
  { restart: { name: 'on-failure', maximumRetryCount: 5 } },
  { resources: { ...NO_LIMITS, memory: 64 * MIB } },
  { resources: { ...NO_LIMITS, memoryReservation: 32 * MIB } },
  { resources: { ...NO_LIMITS, nanoCpus: 500_000_000 } },
  { resources: { ...NO_LIMITS, cpuQuota: 25_000, cpuPeriod: 50_000 } },
  { resources: { ...NO_LIMITS, cpuShares: 512, cpusetCpus: '0', pidsLimit: 100 } },
];

/** Changes of one service in the course of time, and the way that each has to take. */
const HISTORY: readonly Partial<ContainerConfig>[] = [
  { resources: { ...NO_LIMITS, memory: 64 * MIB } },
  { resources: { ...NO_LIMITS, memory: 256 * MIB, memoryReservation: 128 * MIB } },
  { resources: { ...NO_LIMITS, memory: 256 * MIB, memoryReservation: 128 * MIB, memorySwap: -1 } },
  { resources: { ...NO_LIMITS, memory: 512 * MIB, memoryReservation: 64 * MIB, memorySwap: -1 } },
  { resources: { ...NO_LIMITS, memory: 64 * MIB, memoryReservation: 64 * MIB, memorySwap: 96 * MIB } },
  { resources: { ...NO_LIMITS, memory: 32 * MIB, memorySwap: 64 * MIB, memoryReservation: 16 * MIB, nanoCpus: 1e9 } },
  { resources: { ...NO_LIMITS, nanoCpus: 1e9 } },
  { resources: { ...NO_LIMITS, nanoCpus: 5e8, pidsLimit: 50 }, restart: { name: 'always', maximumRetryCount: 0 } },
  { resources: { ...NO_LIMITS, cpuQuota: 50_000, pidsLimit: 50 } },
  { resources: { ...NO_LIMITS, cpuQuota: 25_000, cpusetCpus: '0', pidsLimit: 60 } },
  {},
];
const HISTORY_WAYS = [
  'in place',
  'in place',
  'another',
  'in place',
  'in place',
  'in place',
  'another',
  'in place',
  'another',
  'in place',
  'another',
];

let harness: EngineHarness;
beforeAll(async () => {
  harness = await setUpDockerHarness();
});

const docker = () => connectEngine(inject('engineEndpoint'));

afterEach(async () => {
  for (const { Id } of await docker().listContainers({ all: true })) {
    await docker().getContainer(Id).remove({ force: true, v: true });
  }
});

afterAll(() => harness[Symbol.asyncDispose]());

describe('a changed field', () => {
  const cases = Object.entries(CASES).flatMap(([field, changes]) => changes.map((change) => ({ field, change })));

  it('is changed on the container as it is where engines can do that, and needs another container everywhere else', () => {
    for (const { change } of cases) {
      expect(compareContainers(plain(), wanted(change)).length === 0).toBe(asksForNothing(change));
    }
    const changes = cases.filter(({ change }) => !asksForNothing(change));
    const inPlace = changes.filter(({ change }) => updateInPlace(plain(), wanted(change)) !== null);
    expect(new Set(inPlace.map(({ field }) => field))).toEqual(new Set(['restart', 'resources']));
  });

  it.each(CHANGES.map((change) => ({ change })))(
    'is as wanted after a change in place: $change',
    async ({ change }) => {
      await createAndStart({});
      const update = updateInPlace(await read(), wanted(change));
      if (update === null) throw new Error('it cannot be changed in place');
      await harness.engine.updateContainer('changed', update);
      expect(compareContainers(await read(), wanted(change))).toEqual([]);
    },
  );

  it('is as wanted after each of many changes, on one and the same container or on another', async () => {
    await createAndStart({});
    const ways: string[] = [];
    for (const change of HISTORY) {
      const current = await read();
      const update = updateInPlace(current, wanted(change));
      ways.push(update === null ? 'another' : 'in place');
      if (update === null) {
        await docker().getContainer('changed').remove({ force: true, v: true });
        await createAndStart(change);
      } else {
        await harness.engine.updateContainer('changed', update);
      }
      expect(compareContainers(await read(), wanted(change))).toEqual([]);
    }
    expect(ways).toEqual(HISTORY_WAYS);
  });
});

describe('a container that shares the network of another', () => {
  it('is as wanted although the engine shows it with the names of the other', async () => {
    await createAndStart({ ...ON_BRIDGE, hostname: 'parent', domainname: 'example.com' });
    const parent = (await docker().getContainer('changed').inspect()).Id;
    const config = serviceConfig({ networkMode: `container:${parent}` });
    await harness.engine.createContainer({ name: 'side-car', image: harness.image.reference, config });
    await harness.engine.startContainer('side-car');
    const { containers } = await harness.engine.observe({ imageReferences: [] });
    const sideCar = containers.find(({ name }) => name === 'side-car');
    expect(sideCar?.config).toEqual(withImageDefaults(config, harness.image.config));
  });
});

function wanted(change: Partial<ContainerConfig>): ContainerConfig {
  return withImageDefaults(serviceConfig(change), harness.image.config);
}

/** A service that asks for nothing. */
function plain(): ContainerConfig {
  return wanted({});
}

async function createAndStart(change: Partial<ContainerConfig>): Promise<void> {
  const { reference: image } = harness.image;
  await harness.engine.createContainer({ name: 'changed', image, config: serviceConfig(change) });
  await harness.engine.startContainer('changed');
}

async function read(): Promise<ContainerConfig> {
  const { containers } = await harness.engine.observe({ imageReferences: [] });
  const container = containers.find(({ name }) => name === 'changed');
  if (container === undefined) throw new Error('the container is gone');
  return container.config;
}
