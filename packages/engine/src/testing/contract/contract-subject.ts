import { expect } from 'vitest';
import {
  DEFAULT_CONTAINER_CONFIG,
  LABELS,
  type ContainerConfig,
  type EngineSnapshot,
  type LockLease,
  type NetworkConfig,
  type NetworkEndpoint,
  type ObservedContainer,
  type PullProgress,
  type VolumeConfig,
} from '@device-supervisor/compose';
import { testLease } from '@device-supervisor/compose/testing';
import type { DeviceEngine, EngineEvent } from '@device-supervisor/device';
import type { EngineHarness } from './engine-harness.ts';

export const NO_ENDPOINT: NetworkEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
export const LEASE: LockLease = testLease(7, ['web']);

/** The engine under test, and what the cases do with it repeatedly. */
export interface ContractSubject {
  readonly harness: EngineHarness;
  readonly engine: DeviceEngine;
  observe(...imageReferences: string[]): Promise<EngineSnapshot>;
  /** Creates a container and looks at it. */
  create(name: string, changes?: Partial<ContainerConfig>): Promise<ObservedContainer>;
  /** Creates and starts it. */
  run(name: string, changes?: Partial<ContainerConfig>): Promise<ObservedContainer>;
  /** @throws when there is no such container */
  find(name: string): Promise<ObservedContainer>;
  /** Looks at a container whenever something changes, until it is as it should be. */
  waitForContainer(name: string, isReached: (container: ObservedContainer) => boolean): Promise<ObservedContainer>;
  pull(reference: string, onProgress?: (progress: PullProgress) => void): Promise<void>;
  listen(): EventListener;
  removeEverything(): Promise<void>;
}

export interface EventListener extends AsyncDisposable {
  /** `undefined`: they have ended. */
  next(): Promise<EngineEvent | undefined>;
  until(isWanted: (event: EngineEvent) => boolean): Promise<EngineEvent | undefined>;
}

/** @param getHarness may be called once the tests run */
export function createContractSubject(getHarness: () => EngineHarness): ContractSubject {
  const observe: ContractSubject['observe'] = (...imageReferences) => getHarness().engine.observe({ imageReferences });
  const find: ContractSubject['find'] = async (name) => {
    const found = (await observe()).containers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no container ${name}`);
    return found;
  };
  const create: ContractSubject['create'] = async (name, changes) => {
    const { engine, image } = getHarness();
    await engine.createContainer({ name, image: image.reference, config: serviceConfig(changes) });
    return find(name);
  };
  return {
    get harness() {
      return getHarness();
    },
    get engine() {
      return getHarness().engine;
    },
    observe,
    find,
    create,
    async run(name, changes) {
      await create(name, changes);
      await getHarness().engine.startContainer(name);
      return find(name);
    },
    async waitForContainer(name, isReached) {
      await using events = listen(getHarness().engine);
      for (;;) {
        if ((await events.next()) === undefined) throw new Error('the events ended');
        const found = (await observe()).containers.find((one) => one.name === name && isReached(one));
        if (found !== undefined) return found;
      }
    },
    pull: (reference, onProgress = () => undefined) =>
      getHarness().engine.pullImage(reference, { signal: new AbortController().signal, onProgress }),
    listen: () => listen(getHarness().engine),
    removeEverything: () => removeEverything(getHarness().engine),
  };
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

export function networkConfig(changes: Partial<NetworkConfig> = {}): NetworkConfig {
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

export function volumeConfig(labels: Readonly<Record<string, string>> = {}): VolumeConfig {
  return {
    driver: 'local',
    driverOpts: {},
    labels: { ...labels, [LABELS.supervised]: 'true', [LABELS.appUuid]: 'a1b2' },
  };
}

/** The error of a rejected promise. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  );
}

function listen(engine: DeviceEngine): EventListener {
  const controller = new AbortController();
  const events = engine.events(controller.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<EngineEvent | undefined> => {
    const result = await events.next();
    return result.done === true ? undefined : result.value;
  };
  return {
    next,
    async until(isWanted) {
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
