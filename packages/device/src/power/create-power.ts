import type { DeviceLease, DeviceLockRequest, DeviceLockResult } from '../locks/acquire-device-locks.ts';
import { UpdatesLockedError } from '../errors.ts';
import type { Clock } from '@device-supervisor/primitives';
import { DeviceBusyError, HostUpdateInProgressError, PowerActionInProgressError, StillUpError } from './errors.ts';
import type { HostUpdateBreadcrumbs, PowerAction, PowerHost } from './ports.ts';

export interface PowerDependencies {
  readonly host: PowerHost;
  readonly hostUpdate: HostUpdateBreadcrumbs;
  /** Takes the update locks of all apps, or of none. */
  readonly lockAll: (request: Omit<DeviceLockRequest, 'apps' | 'timeout'>) => Promise<DeviceLockResult>;
  readonly clock: Clock;
  /** The host was to go down, and does not; called when the request has been answered already. */
  readonly onFault: (error: unknown) => void;
}

/** Takes the host down, when nothing prevents it. */
export interface Power extends AsyncDisposable {
  /**
   * Resolves when the host is certain to reboot, and before it does, so that the client gets an answer. Asked
   * again meanwhile, it resolves at once.
   *
   * @throws `HostUpdateInProgressError`, {@link UpdatesLockedError}, unless forced
   * @throws `DeviceBusyError`, `PowerActionInProgressError`, and what the host refuses with
   */
  reboot(options?: PowerOptions): Promise<void>;
  /** Switches the host off; otherwise as {@link Power.reboot}. */
  shutdown(options?: PowerOptions): Promise<void>;
  /** The shutdown or reboot under way; `null`: the host stays up. */
  readonly pending: PowerAction | null;
}

export interface PowerOptions {
  /** Whatever update locks are held, and whatever the host is doing. */
  readonly force?: boolean;
  /** Whatever locks services of this app hold, and nothing else: force goes no further. */
  readonly forcedApp?: number | undefined;
}

/** Between the consent and the deed, in milliseconds: an answer over HTTP is out long before. */
const ANSWER_TIME = 1_000;
/** A host that is up after this time, in milliseconds, stays up: systemd forces a shutdown after ten minutes. */
const DOWN_DEADLINE = 15 * 60_000;

export function createPower(dependencies: PowerDependencies): Power {
  return new PowerControl(dependencies);
}

interface Request {
  readonly action: PowerAction;
  /** Against everything that can stand against it. */
  readonly force: boolean;
  readonly consent: Promise<void>;
}

class PowerControl implements Power {
  readonly #dependencies: PowerDependencies;
  readonly #stop = new AbortController();
  /** From the question until the host is down, or certain to stay up. */
  #request: Request | null = null;
  #pending: PowerAction | null = null;
  #lease: DeviceLease | null = null;
  #timer: Disposable | null = null;
  /** `null`: nothing was asked of the host yet. */
  #deed: Promise<void> | null = null;

  constructor(dependencies: PowerDependencies) {
    this.#dependencies = dependencies;
  }

  get pending(): PowerAction | null {
    return this.#pending;
  }

  reboot(options?: PowerOptions): Promise<void> {
    return this.#ask('reboot', options);
  }

  shutdown(options?: PowerOptions): Promise<void> {
    return this.#ask('power-off', options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([this.#request?.consent]);
    // A client got the answer that the host goes down, so it does, even if the answer has not been sent completely.
    if (this.#pending !== null) this.#begin(this.#pending);
    await this.#deed;
    this.#timer?.[Symbol.dispose]();
    await this.#stayUp();
  }

  async #ask(action: PowerAction, options: PowerOptions = {}): Promise<void> {
    const isForced = options.force === true;
    const force = isForced && options.forcedApp === undefined;
    this.#stop.signal.throwIfAborted();
    while (this.#request !== null) {
      const { action: other, force: forced, consent } = this.#request;
      if (other !== action) throw new PowerActionInProgressError(other);
      if (this.#pending !== null || forced || !isForced) return await consent;
      // By force it may succeed where the other one, which still waits, will not.
      await Promise.allSettled([consent]);
    }
    const request = { action, force, consent: this.#consent(action, options) };
    this.#request = request;
    try {
      await request.consent;
    } catch (error) {
      this.#request = null;
      throw error;
    }
  }

  async #consent(action: PowerAction, { force = false, forcedApp }: PowerOptions): Promise<void> {
    const { host, hostUpdate, lockAll, clock } = this.#dependencies;
    const breadcrumb = force && forcedApp === undefined ? null : await hostUpdate.find();
    if (breadcrumb !== null) throw new HostUpdateInProgressError(breadcrumb);
    await host.check(action);
    const result = await lockAll({ force, forcedApp, signal: this.#stop.signal });
    switch (result.status) {
      case 'held':
        throw new UpdatesLockedError(result.holders.map(({ service }) => service));
      case 'busy':
        throw new DeviceBusyError(result.appId);
      case 'acquired':
        this.#lease = result.lease;
    }
    this.#pending = action;
    this.#timer = clock.schedule(ANSWER_TIME, () => this.#begin(action));
  }

  #begin(action: PowerAction): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    this.#deed ??= this.#goDown(action);
  }

  async #goDown(action: PowerAction): Promise<void> {
    const { host, clock } = this.#dependencies;
    try {
      await (action === 'reboot' ? host.reboot() : host.powerOff());
    } catch (error) {
      if (!isGoingDown(error)) return await this.#giveUp(error);
    }
    const late = new StillUpError(action, DOWN_DEADLINE);
    this.#timer = clock.schedule(DOWN_DEADLINE, () => void this.#giveUp(late));
  }

  async #giveUp(reason: unknown): Promise<void> {
    const { onFault } = this.#dependencies;
    onFault(reason);
    try {
      await this.#stayUp();
    } catch (error) {
      onFault(error);
    }
  }

  async #stayUp(): Promise<void> {
    const lease = this.#lease;
    [this.#request, this.#pending, this.#lease, this.#timer, this.#deed] = [null, null, null, null, null];
    await lease?.[Symbol.asyncDispose]();
  }
}

function isGoingDown(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'HOST_GOING_DOWN';
}
