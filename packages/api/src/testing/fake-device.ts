import {
  NotInLocalModeError,
  type AppState,
  type ApplyOptions,
  type Device,
  type DeviceEvent,
  type DeviceHealth,
  type DeviceState,
} from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';

type Plan = Awaited<ReturnType<Device['plan']>>;

/** A device that shows what the test sets, and only notes its calls. */
export class FakeDevice implements Device {
  readonly facts: Device['facts'] = {
    uuid: 'a'.repeat(32),
    name: 'bench',
    type: 'generic-amd64',
    arch: 'amd64',
    hostOsVersion: 'balenaOS 6.0.0',
    hostOs: {},
    kernelVersion: '',
    l4tVersion: null,
    supervisorVersion: '',
    hostBoardRevision: '',
    apiEndpoint: null,
    deviceApiKey: '',
    apiPort: 48484,
    engineSocket: '/var/run/balena-engine.sock',
    hasKernelModules: false,
    hasFirmware: false,
    allowsHostPaths: false,
  };
  localMode = true;
  currentTarget: TargetState = { config: {}, apps: {} };
  currentState: DeviceState = TWO_APPS;
  currentHealth: DeviceHealth = { healthy: true, problems: [] };
  readonly targetsSet: { readonly target: TargetState; readonly options: ApplyOptions | undefined }[] = [];
  /** The calls, e.g. `stopService 1 main force`. */
  readonly actions: string[] = [];
  /** Thrown by every action. */
  failure: Error | null = null;
  nextPlan: Plan = { operations: [], blocked: [], notices: [], wakeAt: null };
  planned: (TargetState | undefined)[] = [];
  readonly environments = new Map<string, Readonly<Record<string, string>>>();
  readonly #listeners = new Set<(event: DeviceEvent) => void>();
  /** Awaited by {@link setLocalTarget} and every action. */
  gate: Promise<void> = Promise.resolve();

  target(): TargetState {
    return this.currentTarget;
  }

  async setLocalTarget(target: TargetState, options?: ApplyOptions): Promise<void> {
    if (!this.localMode) throw new NotInLocalModeError();
    await this.gate;
    this.targetsSet.push({ target, options });
    this.currentTarget = target;
    this.currentState = { ...this.currentState, applying: true };
  }

  async setCloudTarget(): Promise<void> {}

  state(): DeviceState {
    return this.currentState;
  }

  subscribe(listener: (event: DeviceEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  emit(event: DeviceEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  update({
    force = false,
    cancel = false,
  }: { readonly force?: boolean; readonly cancel?: boolean } = {}): Promise<void> {
    return this.#act('update', [...(force ? ['force'] : []), ...(cancel ? ['cancel'] : [])]);
  }

  restartApp(appId: number, options?: Force): Promise<void> {
    return this.#act('restartApp', [appId], options);
  }

  purgeApp(appId: number, options?: Force): Promise<void> {
    return this.#act('purgeApp', [appId], options);
  }

  restartService(appId: number, serviceName: string, options?: Force): Promise<void> {
    return this.#act('restartService', [appId, serviceName], options);
  }

  stopService(appId: number, serviceName: string, options?: Force): Promise<void> {
    return this.#act('stopService', [appId, serviceName], options);
  }

  startService(appId: number, serviceName: string, options?: Force): Promise<void> {
    return this.#act('startService', [appId, serviceName], options);
  }

  removeUnusedVolumes(appIds: readonly number[] | 'all'): Promise<void> {
    return this.#act('removeUnusedVolumes', [String(appIds)]);
  }

  async lockAll(): ReturnType<Device['lockAll']> {
    return { status: 'held', holders: [] };
  }

  async plan(target?: TargetState): Promise<Plan> {
    this.planned.push(target);
    return this.nextPlan;
  }

  environment(containerId: string): Readonly<Record<string, string>> | null {
    return this.environments.get(containerId) ?? null;
  }

  health(): DeviceHealth {
    return this.currentHealth;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #act(name: string, subjects: readonly (string | number)[], { force = false }: Force = {}): Promise<void> {
    await this.gate;
    if (this.failure !== null) throw this.failure;
    this.actions.push([name, ...subjects, ...(force ? ['force'] : [])].join(' '));
  }
}

export interface Force {
  readonly force?: boolean;
}

const CREATED_AT = Date.parse('2026-11-23T09:20:29.932Z');

function app(id: number, name: string, services: AppState['services']): AppState {
  return { id, uuid: `uuid-of-${id}`, name, commit: `commit-of-${id}`, updateStatus: 'done', services };
}

function service(name: string, id: number): AppState['services'][number] {
  return {
    name,
    serviceId: id,
    imageId: id + 100,
    releaseId: 7,
    image: `local_image_${name}:latest`,
    status: 'Running',
    downloadProgress: null,
    containerId: `container-${id}`,
    createdAt: CREATED_AT,
    health: 'none',
    startedAt: null,
    restarts: 0,
    exitCode: null,
    publishedPorts: [],
    dependsOn: [],
  };
}

/** App 1 `fleet`: `main` runs, `worker` downloads. App 2 `other`: `main` runs. */
export const TWO_APPS: DeviceState = {
  observed: true,
  applying: false,
  apps: [
    app(1, 'fleet', [
      service('main', 1),
      { ...service('worker', 2), status: 'Downloading', downloadProgress: 40, containerId: null, createdAt: null },
    ]),
    app(2, 'other', [service('main', 3)]),
  ],
  images: [
    {
      name: 'local_image_main:latest',
      appId: 1,
      serviceName: 'main',
      imageId: 101,
      dockerImageId: 'sha256:aaa',
      status: 'Downloaded',
      downloadProgress: null,
    },
    {
      name: 'local_image_worker:latest',
      appId: 1,
      serviceName: 'worker',
      imageId: 102,
      dockerImageId: null,
      status: 'Downloading',
      downloadProgress: 40,
    },
    {
      name: 'other:latest',
      appId: 2,
      serviceName: 'main',
      imageId: 103,
      dockerImageId: null,
      status: 'Downloading',
      downloadProgress: 60,
    },
  ],
  blocked: [],
  notices: [],
  overallDownloadProgress: 50,
};

/** What {@link TWO_APPS} runs, as a target. Each app has a secret. */
export const TWO_APPS_TARGET: TargetState = {
  name: 'bench',
  config: { SUPERVISOR_LOCAL_MODE: '1' },
  apps: Object.fromEntries(
    [1, 2].map((id) => [
      `uuid-of-${id}`,
      {
        id,
        uuid: `uuid-of-${id}`,
        name: id === 1 ? 'fleet' : 'other',
        class: 'fleet',
        isHost: false,
        release: {
          id: 7,
          commit: `commit-of-${id}`,
          services: {
            main: {
              id,
              name: 'main',
              imageId: id,
              image: 'local_image_main:latest',
              environment: { PASSWORD: `secret-of-${id}` },
              labels: {},
              running: true,
              composition: { privileged: true },
            },
          },
          networks: {},
          volumes: {},
        },
      },
    ]),
  ),
};
