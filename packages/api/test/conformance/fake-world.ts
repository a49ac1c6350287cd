import { AppNotFoundError, UpdatesLockedError, type AppState, type DeviceState } from '@device-supervisor/device';
import { decodeTargetStateV2, type TargetApp, type TargetState } from '@device-supervisor/state';
import { FakeDevice, type Force } from '../../src/testing/fake-device.ts';
import { createFakeKeys, createRequest, createTestApi, type TestApi } from '../../src/testing/test-api.ts';
import { HOLDER, MULTI, SINGLE, worldTarget, type Given, type World } from './world.ts';

export interface FakeWorld extends World {
  readonly api: TestApi;
}

/** The two apps on a device that does nothing. */
export function createFakeWorld(image: string): FakeWorld {
  const device = new WorldDevice(decodeTargetStateV2(worldTarget(image)));
  const keys = createFakeKeys([SINGLE.id, MULTI.id]);
  let requiresKey = true;
  const api = createTestApi({ device, keys, requiresKey: () => requiresKey });
  device.emit({ type: 'engine-connected' });
  const enter = (given: readonly Given[]): void => {
    device.locked = given.includes('locked');
    device.localMode = !given.includes('managed');
    requiresKey = !given.includes('no key required');
    api.locks.held = [];
    if (given.includes('lock taken')) {
      api.locks.hold({ appId: SINGLE.id, service: 'main', holder: HOLDER, reason: '', timeToLive: 60_000 });
    }
  };
  return {
    api,
    get keys() {
      return { global: keys.keyOf(0), single: keys.keyOf(SINGLE.id), multi: keys.keyOf(MULTI.id) };
    },
    send: ({ path, ...request }) => api.api.fetch(createRequest(path, request)),
    async given(given) {
      enter(given);
      return { [Symbol.asyncDispose]: async () => enter([]) };
    },
  };
}

/** Knows its apps and services, and whether they are locked. */
class WorldDevice extends FakeDevice {
  override currentState: DeviceState;
  override currentTarget: TargetState;
  locked = false;

  constructor(target: TargetState) {
    super();
    this.currentTarget = target;
    this.currentState = {
      observed: true,
      applying: false,
      apps: Object.values(target.apps).map(runningApp),
      images: [],
      blocked: [],
      notices: [],
      overallDownloadProgress: null,
    };
    for (const { services } of this.currentState.apps) {
      for (const { containerId } of services) {
        this.environments.set(containerId ?? '', { GREETING: 'hello', BALENA_SUPERVISOR_API_KEY: 'secret' });
      }
    }
  }

  override async setLocalTarget(target: TargetState): Promise<void> {
    this.currentTarget = target;
  }

  override restartApp(appId: number, options?: Force): Promise<void> {
    return this.#check(appId, options, super.restartApp(appId, options));
  }

  override purgeApp(appId: number, options?: Force): Promise<void> {
    return this.#check(appId, options, super.purgeApp(appId, options));
  }

  override restartService(appId: number, service: string, options?: Force): Promise<void> {
    return this.#check(appId, options, super.restartService(appId, service, options));
  }

  override stopService(appId: number, service: string, options?: Force): Promise<void> {
    return this.#check(appId, options, super.stopService(appId, service, options));
  }

  async #check(appId: number, options: Force | undefined, action: Promise<void>): Promise<void> {
    if (!this.currentState.apps.some(({ id }) => id === appId)) throw new AppNotFoundError(appId);
    if (this.locked && options?.force !== true) throw new UpdatesLockedError(['main']);
    await action;
  }
}

function runningApp({ id, uuid, name, release }: TargetApp): AppState {
  return {
    id,
    uuid,
    name,
    commit: release?.commit ?? null,
    updateStatus: 'done',
    services: Object.values(release?.services ?? {}).map((service) => ({
      name: service.name,
      serviceId: service.id,
      imageId: service.imageId,
      releaseId: release?.id ?? 0,
      image: service.image,
      status: 'Running',
      downloadProgress: null,
      containerId: `container-of-${id}-${service.name}`,
      createdAt: Date.parse('2026-11-24T06:00:00Z'),
      health: 'none',
      startedAt: null,
      restarts: 0,
      exitCode: null,
      publishedPorts: [],
      dependsOn: [],
    })),
  };
}
