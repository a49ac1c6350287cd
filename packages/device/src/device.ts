import type {
  AppSet,
  Blocked,
  DeviceFacts,
  Notice,
  Operation,
  OperationResult,
  Plan,
  PullProgress,
} from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import type { DeviceLockRequest, DeviceLockResult } from './locks/acquire-device-locks.ts';
import type { RebootNews } from './power/reboot-after-apply.ts';
import type { DeviceState } from './state/device-state.ts';

/**
 * A device that keeps its apps at their target. An action on an app or service resolves when it is done, and rejects
 * with `AppNotFoundError`, `ServiceNotFoundError`, `UpdatesLockedError`, `ActionFailedError` or `ActionCancelledError`.
 */
export interface Device extends AsyncDisposable {
  readonly facts: DeviceFacts;
  /** Does the target come from a developer instead of the cloud? Always so without a cloud. */
  readonly localMode: boolean;
  /** The last target that was accepted. */
  target(): TargetState;
  /**
   * Makes `target` the one to reach, durably, and begins to apply it; resolves before it is reached. `state().applying`
   * is true when it resolves.
   *
   * @throws NotInLocalModeError
   */
  setLocalTarget(target: TargetState, options?: ApplyOptions): Promise<void>;
  /**
   * Makes the cloud's `target` the one to reach, durably. While its config asks for local mode
   * (`SUPERVISOR_LOCAL_MODE`), its apps are set aside; when it no longer does, they come back and the developer's go.
   */
  setCloudTarget(target: TargetState, options?: CloudTargetOptions): Promise<void>;
  state(): DeviceState;

  /** Applies the target now, also what failed before; `cancel` ends the apply that runs instead. */
  update(options?: UpdateOptions): Promise<void>;
  /** New containers for all services of an app; volumes are kept. */
  restartApp(appId: number, options?: ApplyOptions): Promise<void>;
  /** New containers for all services of an app, and empty volumes. */
  purgeApp(appId: number, options?: ApplyOptions): Promise<void>;
  /** A new container for one service; also for one that was stopped. */
  restartService(appId: number, service: string, options?: ApplyOptions): Promise<void>;
  /** Stops a service until it is started, the target changes or the supervisor restarts. */
  stopService(appId: number, service: string, options?: ApplyOptions): Promise<void>;
  startService(appId: number, service: string, options?: ApplyOptions): Promise<void>;
  /** Removes the supervised volumes of apps (`all`: of every one) that no release of the target has. */
  removeUnusedVolumes(appIds: readonly number[] | 'all'): Promise<void>;
  /** Takes the update locks of all apps, or of none, for what disturbs them all. */
  lockAll(request: Omit<DeviceLockRequest, 'apps' | 'timeout'>): Promise<DeviceLockResult>;
  /** The plan for a target (by default, the present one). Nothing is carried out. */
  plan(target?: TargetState): Promise<Plan>;

  /** Variables of a container, secrets among them; `null`: there is no such container. */
  environment(containerId: string): Readonly<Record<string, string>> | null;
  /** Calls back on every event until disposed of. */
  subscribe(listener: (event: DeviceEvent) => void): Disposable;
  health(): DeviceHealth;
}

export interface ApplyOptions {
  /** Take update locks also from services that hold them. */
  readonly force?: boolean;
}

export interface CloudTargetOptions {
  /** Take update locks also from services that hold them: of all apps, or of some. Default: of none. */
  readonly force?: boolean | AppSet;
}

export interface UpdateOptions extends ApplyOptions {
  /** The app that it is about. Default: all. */
  readonly appId?: number | undefined;
  readonly cancel?: boolean;
}

/** Is the supervisor itself in order? Whether the network, the cloud or an app is, does not count. */
export interface DeviceHealth {
  readonly healthy: boolean;
  /** The problem, for a person to read. */
  readonly problems: readonly string[];
}

export type DeviceEvent =
  | { readonly type: 'operation-started'; readonly operation: Operation }
  | { readonly type: 'operation-progress'; readonly operation: Operation; readonly progress: PullProgress }
  /** `retryIn`: milliseconds until a failed one is retried. */
  | {
      readonly type: 'operation-finished';
      readonly operation: Operation;
      readonly result: OperationResult;
      readonly retryIn: number | null;
    }
  /** {@link Device.state} gives another answer than before. */
  | { readonly type: 'state-changed' }
  /** Something has to wait that had not before. */
  | { readonly type: 'blocked'; readonly blocked: Blocked }
  /** Something of the target is not applied that had been, or was not asked for, before. */
  | { readonly type: 'notice'; readonly notice: Notice }
  /** Everything that can be done is done; `changed`: something was done since the last time. */
  | { readonly type: 'settled'; readonly changed: boolean }
  /** The host is to reboot, or reboots now. */
  | { readonly type: 'reboot'; readonly news: RebootNews }
  | { readonly type: 'engine-lost'; readonly error: unknown }
  | { readonly type: 'engine-connected' }
  /** Something of ours failed that no operation stands for. */
  | { readonly type: 'fault'; readonly error: unknown };
