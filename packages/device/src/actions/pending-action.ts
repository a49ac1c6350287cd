import type { ContainerRequest, EngineSnapshot, ObservedContainer, Operation } from '@device-supervisor/compose';
import type { ClientAction } from './client-action.ts';

/** Whether a service is to run, a client's word before the target's. */
export type WantsToRun = (service: string) => boolean;

/** Volume that holds firmware of the user's, shared by all apps; emptied with the volumes of an app that mounts it. */
const EXTRA_FIRMWARE = 'extra-firmware';

/** One action, and what of it is still to be done. */
export class PendingAction {
  /** Of the action in the session. */
  readonly id: number;
  readonly action: ClientAction;
  readonly force: boolean;
  #services: ReadonlySet<string> = new Set();
  readonly #done = Promise.withResolvers<void>();
  /** Containers by id with their names, and engine names of volumes; `null`: not looked up yet. */
  #open: { readonly containers: Map<string, string>; readonly volumes: Set<string> } | null = null;

  constructor(id: number, { action, force }: { readonly action: ClientAction; readonly force: boolean }) {
    this.id = id;
    this.action = action;
    this.force = force;
  }

  get finished(): Promise<void> {
    return this.#done.promise;
  }

  /** Whether a plan has been made that heeds it. */
  get isPrepared(): boolean {
    return this.#open !== null;
  }

  get containers(): ReadonlySet<string> {
    return new Set(this.#open?.containers.keys());
  }

  get volumes(): ReadonlySet<string> {
    return this.#open?.volumes ?? new Set();
  }

  /** Services that had a container when the action began. */
  get services(): ReadonlySet<string> {
    return this.#services;
  }

  get request(): ContainerRequest {
    return this.action.kind === 'start' ? 'start' : 'replace';
  }

  /** Looks up what it is to be done to, and what of that is gone meanwhile. */
  prepare(snapshot: EngineSnapshot): void {
    if (this.#open === null) {
      const own = ownContainers(this.action, snapshot);
      this.#services = new Set(own.flatMap(({ identity }) => identity?.serviceName ?? []));
      this.#open = {
        containers: new Map(subjects(this.action, own).map(({ id, name }) => [id, name])),
        volumes: new Set(volumesOf(this.action, own, snapshot)),
      };
      return;
    }
    const statuses = new Map(snapshot.containers.map(({ id, status }) => [id, status]));
    for (const id of this.#open.containers.keys()) {
      const status = statuses.get(id);
      const isUpAgain = status !== undefined && this.action.kind === 'start' && isUp(status);
      if (status === undefined || isUpAgain) this.#open.containers.delete(id);
    }
  }

  /** Does an operation or obstacle of this app and service concern it? */
  concerns(appId: number | null, service: string | null): boolean {
    const { app, services } = this.action;
    if (app === null || appId !== app.id) return false;
    return service === null || services.some((name) => name === service);
  }

  /** Records an operation that was done. */
  record(operation: Operation): void {
    switch (operation.kind) {
      case 'start-container':
        // It is named by its id or its name.
        for (const [id, name] of this.#open?.containers ?? []) {
          if (id === operation.container || name === operation.container) this.#open?.containers.delete(id);
        }
        break;
      case 'remove-container':
        this.#open?.containers.delete(operation.containerId);
        break;
      case 'remove-volume':
        this.#open?.volumes.delete(operation.name);
        break;
      default:
    }
  }

  isDone(snapshot: EngineSnapshot, wantsToRun: WantsToRun): boolean {
    if (this.#open === null || this.#open.containers.size > 0 || this.#open.volumes.size > 0) return false;
    const { kind, services } = this.action;
    const own = ownContainers(this.action, snapshot);
    switch (kind) {
      case 'stop':
        return own.every(({ status }) => !isUp(status));
      case 'restart':
      case 'purge':
        return services.filter(wantsToRun).every((service) => own.some((one) => hasStarted(one, service)));
      case 'start':
      case 'remove-volumes':
        return true;
    }
  }

  resolve(): void {
    this.#done.resolve();
  }

  reject(error: Error): void {
    this.#done.reject(error);
  }
}

function ownContainers({ app, services }: ClientAction, { containers }: EngineSnapshot): ObservedContainer[] {
  return containers.filter(
    ({ identity }) => identity?.appId === app?.id && services.some((service) => service === identity?.serviceName),
  );
}

/** The containers that it is to be done to once. */
function subjects({ kind }: ClientAction, own: readonly ObservedContainer[]): readonly ObservedContainer[] {
  switch (kind) {
    case 'restart':
    case 'purge':
      return own;
    case 'start':
      return own.filter(({ status }) => !isUp(status));
    case 'stop':
    case 'remove-volumes':
      return [];
  }
}

function volumesOf(action: ClientAction, own: readonly ObservedContainer[], { volumes }: EngineSnapshot): string[] {
  switch (action.kind) {
    case 'purge': {
      const mounted = new Set(own.flatMap(({ config }) => config.mounts.map(({ source }) => source)));
      const { id, uuid } = action.app;
      return volumes
        .filter(({ name, appUuid, supervised }) => {
          // The engine made it for a container of ours, whose own was removed by hand.
          if (!supervised) return mounted.has(name) && name.startsWith(`${id}_`);
          return appUuid === uuid || (name === EXTRA_FIRMWARE && mounted.has(name));
        })
        .map(({ name }) => name);
    }
    case 'remove-volumes':
      return volumes
        .filter(({ name, supervised }) => supervised && action.volumes.includes(name))
        .map(({ name }) => name);
    case 'restart':
    case 'stop':
    case 'start':
      return [];
  }
}

function isUp(status: ObservedContainer['status']): boolean {
  return status === 'running' || status === 'restarting' || status === 'paused';
}

function hasStarted({ identity, startedAt }: ObservedContainer, service: string): boolean {
  return identity?.serviceName === service && startedAt !== null;
}
