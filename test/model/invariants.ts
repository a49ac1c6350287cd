import type { LockLease, ObservedContainer } from '@device-supervisor/compose';
import type { InMemoryEngine } from '@device-supervisor/engine/testing';
import type { InMemoryLocks } from '@device-supervisor/lockfile/testing';
import type { TargetApp, TargetService, TargetState } from '@device-supervisor/state';

export interface InvariantsOptions {
  readonly engine: InMemoryEngine;
  readonly locks: InMemoryLocks;
  readonly target: () => TargetState;
  /** A rule was broken: which, in words. */
  readonly onBroken: (rule: string) => void;
}

/** The invariants of every call on the engine. */
export interface Invariants {
  beginDownload(reference: string): Disposable;
  beforeTouch(id: string, lease: LockLease): void;
  beforeRename(id: string, lease: LockLease): void;
  beforeStart(container: string): void;
  beforeNetworkRemoval(id: string): void;
  beforeVolumeRemoval(name: string): void;
  afterWrite(): void;
}

export function createInvariants({ engine, locks, target, onBroken }: InvariantsOptions): Invariants {
  /** References that are downloaded now. */
  const downloads = new Set<string>();

  function find(container: string): ObservedContainer | undefined {
    return engine.snapshot().containers.find(({ id, name }) => id === container || name === container);
  }

  function appOf(appId: number | undefined): TargetApp | undefined {
    return Object.values(target().apps).find(({ id }) => id === appId);
  }

  /** Locks are held while nothing of the app downloads, unless one of its services wants to be killed first. */
  function checkDownloads(): void {
    for (const app of Object.values(target().apps)) {
      const services = servicesOf(app);
      if (locks.heldByUs(app.id).length === 0 || services.some(isKilledFirst)) continue;
      const download = services.find(({ image }) => downloads.has(image));
      if (download !== undefined) onBroken(`locks of app ${app.id} are held while ${download.image} downloads`);
    }
  }

  function checkLease({ identity, name }: ObservedContainer, lease: LockLease): void {
    if (identity === null || identity.appId !== lease.appId)
      return onBroken(`${name} is touched under another's lease`);
    if (!locks.heldByUs(identity.appId).includes(identity.serviceName)) {
      onBroken(`${name} is touched without the lock of its service`);
    }
  }

  return {
    beginDownload(reference) {
      downloads.add(reference);
      checkDownloads();
      return { [Symbol.dispose]: () => void downloads.delete(reference) };
    },
    beforeTouch(id, lease) {
      const container = find(id);
      if (container === undefined) return;
      checkLease(container, lease);
      const app = appOf(container.identity?.appId);
      if (app === undefined || container.status !== 'running') return;
      const service = app.release?.services[container.identity?.serviceName ?? ''];
      if (service !== undefined && isKilledFirst(service)) return;
      const { images } = engine.snapshot();
      const missing = servicesOf(app).find(
        (one) => !isKilledFirst(one) && !images.some(({ tags }) => tags.includes(one.image)),
      );
      if (missing !== undefined) onBroken(`${container.name} is stopped while ${missing.image} is missing`);
    },
    beforeRename(id, lease) {
      const container = find(id);
      if (container !== undefined) checkLease(container, lease);
    },
    beforeStart(name) {
      const container = find(name);
      const app = appOf(container?.identity?.appId);
      const service = app?.release?.services[container?.identity?.serviceName ?? ''];
      if (app === undefined || service === undefined || container?.startedAt !== null) return;
      for (const dependency of dependenciesOf(service)) {
        const other = app.release?.services[dependency];
        if (other === undefined || !other.running) continue;
        const containers = engine
          .snapshot()
          .containers.filter(({ identity }) => identity?.appId === app.id && identity.serviceName === dependency);
        if (!containers.some(({ startedAt }) => startedAt !== null)) {
          onBroken(`${service.name} is started before ${dependency}`);
        }
      }
    },
    beforeNetworkRemoval(id) {
      const network = engine.snapshot().networks.find((one) => one.id === id);
      if (network !== undefined && !network.supervised) onBroken(`the foreign network ${network.name} is removed`);
    },
    beforeVolumeRemoval(name) {
      const volume = engine.snapshot().volumes.find((one) => one.name === name);
      if (volume === undefined) return;
      if (!volume.supervised) onBroken(`the foreign volume ${name} is removed`);
      if (volume.appUuid !== null && target().apps[volume.appUuid] !== undefined) {
        onBroken(`the volume ${name} of an app of the target is removed`);
      }
    },
    afterWrite() {
      checkDownloads();
      const running = engine
        .snapshot()
        .containers.filter(({ status, name }) => status === 'running' && !isHandingOver(name));
      const services = running.map(({ identity }) => `${identity?.appId}/${identity?.serviceName}`);
      const twice = services.find((service, index) => services.indexOf(service) !== index);
      if (twice !== undefined) onBroken(`two containers of ${twice} run`);
    },
  };
}

export function servicesOf(app: TargetApp): TargetService[] {
  return Object.values(app.release?.services ?? {});
}

/** Its containers are stopped before its image is downloaded, as its owner wants it. */
function isKilledFirst({ labels }: TargetService): boolean {
  const strategy = labels['io.balena.update.strategy'];
  return strategy === 'kill-then-download' || strategy === 'delete-then-download';
}

/** The old one of two containers that run beside each other. */
function isHandingOver(name: string): boolean {
  return name.startsWith('old_');
}

function dependenciesOf({ composition }: TargetService): string[] {
  const value = composition['depends_on'];
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
