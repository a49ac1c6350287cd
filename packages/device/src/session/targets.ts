import { keepLastGood, type TargetState } from '@device-supervisor/state';
import { NotInLocalModeError } from '../errors.ts';
import type { DeviceStore } from '../ports.ts';
import { withOwnIds } from './developer-apps.ts';
import { withoutHostApps } from './fleet-apps.ts';
import { resolveDeviceConfig } from '../settings/resolve-device-config.ts';

/** Of a device that was never told anything. */
export const NO_TARGET: TargetState = { config: {}, apps: {} };

/** The targets of both sources, and which of them counts. A device without a cloud is always in local mode. */
export class Targets {
  readonly #store: DeviceStore['targets'];
  readonly #managed: boolean;
  #cloud: TargetState | null;
  #local: TargetState | null;

  constructor(store: DeviceStore['targets'], managed: boolean) {
    this.#store = store;
    this.#managed = managed;
    const cloud = managed ? store.load('cloud') : null;
    this.#cloud = cloud === null ? null : withoutHostApps(cloud);
    this.#local = store.load('local');
  }

  get localMode(): boolean {
    return !this.#managed || resolveDeviceConfig(this.#cloud?.config ?? {}).settings.localMode;
  }

  /** The one to reach; `null`: there never was one. In local mode the host's configuration stays the cloud's. */
  get current(): TargetState | null {
    if (!this.#managed) return this.#local;
    if (!this.localMode || this.#cloud === null) return this.#cloud;
    return { ...(this.#local ?? NO_TARGET), config: this.#cloud.config };
  }

  /** @throws NotInLocalModeError */
  setLocal(target: TargetState): void {
    this.requireLocalMode();
    const own = withOwnIds(target, this.#cloud);
    this.#store.save('local', own);
    this.#local = own;
  }

  /** @throws NotInLocalModeError */
  requireLocalMode(): void {
    if (!this.localMode) throw new NotInLocalModeError();
  }

  /** Local mode begins without a local target: what an earlier session left is dropped. */
  setCloud(decoded: TargetState): void {
    const target = keepLastGood(decoded, this.#cloud);
    const before = this.localMode;
    this.#store.save('cloud', target);
    this.#cloud = withoutHostApps(target);
    if (this.localMode !== before) {
      this.#store.clear('local');
      this.#local = null;
    } else if (this.localMode && this.#local !== null) {
      this.setLocal(this.#local);
    }
  }
}
