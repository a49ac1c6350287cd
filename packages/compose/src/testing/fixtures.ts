import { ALL_APPS, NO_APPS } from '../app-set.ts';
import type { TargetApp, TargetService, TargetState } from '@device-supervisor/state';
import type { ImageConfig } from '../container-config.ts';
import { specifyNetworks } from '../decide/networks-and-volumes.ts';
import type { EngineAbilities, EngineSnapshot, ObservedContainer, ObservedImage } from '../observed.ts';
import { NO_REQUESTS, serviceKey, type PlanInput, type PlanPolicy } from '../plan-input.ts';
import type { DeviceFacts } from '../spec/device-facts.ts';
import { withImageDefaults } from '../spec/image-defaults.ts';
import { SUPERVISOR_NETWORK_SPEC } from '../spec/network-spec.ts';
import { specifyService } from '../spec/service-spec.ts';
import { specifyVolume } from '../spec/volume-spec.ts';

/** When plans are made, in milliseconds since the epoch. */
export const TEST_NOW = 1_000_000;

/** A device that nothing special is known of. */
export const TEST_DEVICE: DeviceFacts = {
  uuid: 'd0d0',
  name: 'test device',
  type: 'generic-amd64',
  arch: 'amd64',
  hostOsVersion: 'Test OS 1',
  hostOs: { slug: 'test-os', version: '1.2.3' },
  kernelVersion: '6.1.0-test',
  l4tVersion: null,
  supervisorVersion: '17.0.0',
  hostBoardRevision: '',
  apiEndpoint: null,
  deviceApiKey: '',
  apiPort: 48484,
  engineSocket: '/var/run/docker.sock',
  hasKernelModules: true,
  hasFirmware: true,
  allowsHostPaths: false,
};

/** An engine of the generation that devices have, on a kernel that supports all limits. */
export const TEST_ABILITIES: EngineAbilities = { apiVersion: '1.41', unsupportedLimits: [] };

/** An image that says nothing about its containers. */
export const PLAIN_IMAGE: ImageConfig = {
  environment: {},
  labels: {},
  entrypoint: null,
  command: ['/bin/main'],
  user: '',
  workingDir: '',
  healthcheck: null,
  stopSignal: '',
  exposedPorts: [],
  volumes: [],
};

export interface TestApp {
  readonly id?: number;
  readonly commit?: string;
  readonly services: Readonly<Record<string, Partial<Omit<TargetService, 'name'>>>>;
  readonly networks?: NonNullable<TargetApp['release']>['networks'];
  readonly volumes?: NonNullable<TargetApp['release']>['volumes'];
  readonly files?: Pick<NonNullable<TargetApp['release']>, 'configs' | 'secrets'>;
}

/** A target of apps that say only what matters; service n of the first app has id and image id n. */
export function testTarget(...apps: readonly TestApp[]): TargetState {
  const entries = apps.map((app, index) => {
    const target = testApp({ id: index + 1, ...app });
    return [target.uuid, target] as const;
  });
  return { config: {}, apps: Object.fromEntries(entries) };
}

function testApp({ id = 1, commit = 'c1', services, networks = {}, volumes = {}, files = {} }: TestApp): TargetApp {
  const entries = Object.entries(services).map(([name, service], index): [string, TargetService] => [
    name,
    {
      id: index + 1,
      name,
      // Unique on a device, as the cloud's are: names of containers are made of it.
      imageId: (id - 1) * 100 + index + 1,
      image: `${name}:1`,
      environment: {},
      labels: {},
      running: true,
      composition: {},
      ...service,
    },
  ]);
  const release = { id: 1, commit, services: Object.fromEntries(entries), networks, volumes, ...files };
  return { id, uuid: `u${id}`, name: `app${id}`, class: 'fleet', isHost: false, release };
}

/** The engine of a device on which a target is reached. */
export function reachedSnapshot(target: TargetState): EngineSnapshot {
  const apps = Object.values(target.apps).flatMap((app) =>
    app.release === null ? [] : [{ app, release: app.release }],
  );
  return {
    abilities: TEST_ABILITIES,
    images: apps.flatMap(({ release }) => Object.values(release.services).map(({ image }) => testImage(image))),
    networks: [
      {
        id: 'n-supervisor0',
        name: 'supervisor0',
        supervised: true,
        appId: null,
        config: SUPERVISOR_NETWORK_SPEC.config,
      },
      ...apps.flatMap(({ app, release }) =>
        specifyNetworks(app, release).map(({ name, config }) => ({
          id: `n-${name}`,
          name,
          supervised: true,
          appId: app.id,
          config,
        })),
      ),
    ],
    volumes: apps.flatMap(({ app, release }) =>
      Object.entries(release.volumes).map(([name, composition]) => {
        const spec = specifyVolume(name, composition, { app, device: TEST_DEVICE });
        return { name: spec.name, supervised: true, appUuid: app.uuid, config: spec.config };
      }),
    ),
    containers: apps.flatMap(({ app, release }) =>
      Object.values(release.services).map((service, index) => {
        const supervisorApiKey = testApiKey(app.id, service.name);
        const context = { app, release, device: TEST_DEVICE, abilities: TEST_ABILITIES, supervisorApiKey };
        const { containerName, config } = specifyService(service, context);
        return testContainer({
          id: `c-${app.id}-${service.name}`,
          name: containerName,
          imageId: testImage(service.image).id,
          imageReference: service.image,
          identity: { appId: app.id, appUuid: app.uuid, serviceId: service.id, serviceName: service.name },
          createdAt: index,
          config: withImageDefaults(config, PLAIN_IMAGE),
        });
      }),
    ),
  };
}

/** A container, running by default. */
export function testContainer(
  container: Partial<ObservedContainer> & Pick<ObservedContainer, 'id' | 'name' | 'config'>,
): ObservedContainer {
  return {
    imageId: 'sha256:none',
    imageReference: 'none',
    identity: null,
    status: 'running',
    health: 'none',
    exitCode: 0,
    error: '',
    createdAt: 0,
    startedAt: 1,
    restartCount: 0,
    publishedPorts: [],
    ...container,
  };
}

export function testImage(reference: string): ObservedImage {
  return { id: `sha256:${reference}`, tags: [reference], digests: [], config: PLAIN_IMAGE };
}

export function testApiKey(appId: number, service: string): string {
  return `key of ${serviceKey(appId, service)}`;
}

export type TestPlanInput = Partial<Omit<PlanInput, 'policy' | 'target' | 'snapshot'>> & {
  readonly policy?: Partial<PlanPolicy>;
};

/** Everything that a plan is made from; what is recorded of images is that all images on the engine are the target's. */
export function testPlanInput(target: TargetState, snapshot: EngineSnapshot, input: TestPlanInput = {}): PlanInput {
  const keys = Object.values(target.apps).flatMap(({ id, release }) =>
    Object.keys(release?.services ?? {}).map((name): [string, string] => [serviceKey(id, name), testApiKey(id, name)]),
  );
  return {
    images: testImageRecords(target, snapshot),
    heldLocks: [],
    handOverMarkers: new Set(),
    now: TEST_NOW,
    bootId: 'boot-1',
    device: TEST_DEVICE,
    imageSizes: new Map(),
    diskSpace: null,
    ...input,
    target,
    snapshot,
    policy: {
      supervisorApiKeys: new Map(keys),
      updates: ALL_APPS,
      heldApps: new Map(),
      runningFor: new Map(),
      forceLocks: NO_APPS,
      requests: NO_REQUESTS,
      keepImages: 'none',
      foreignImages: new Set<string>(),
      useDeltas: false,
      keepVolumes: false,
      mountedVolumes: new Set(),
      seenRunning: new Set(snapshot.containers.map(({ id }) => id)),
      crashLooping: new Set<string>(),
      damagedImages: new Set<string>(),
      paused: new Map(),
      ...input.policy,
    },
  };
}

/** The records of a target's images, as far as the engine has them. */
export function testImageRecords(target: TargetState, snapshot: EngineSnapshot): PlanInput['images'] {
  return Object.values(target.apps).flatMap((app) =>
    Object.values(app.release?.services ?? {}).flatMap((service) =>
      snapshot.images.some(({ tags }) => tags.includes(service.image))
        ? [
            {
              reference: service.image,
              appId: app.id,
              appUuid: app.uuid,
              serviceId: service.id,
              serviceName: service.name,
              imageId: service.imageId,
              releaseId: app.release?.id ?? 0,
              commit: app.release?.commit ?? '',
            },
          ]
        : [],
    ),
  );
}
