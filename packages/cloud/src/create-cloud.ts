import type { Clock } from '@device-supervisor/device';
import type { DeviceReport, TargetState } from '@device-supervisor/state';
import type { CloudHttp } from './http/cloud-http.ts';
import { createOutage } from './outage.ts';
import { startTargetPoller, type TargetPoller } from './poll/target-poller.ts';
import type { DeviceDescription, Identity, IdentityStore } from './provisioning/identity.ts';
import { registerUntilDone } from './provisioning/register-until-done.ts';
import { startReporter, type Reporter, type ReportMemory } from './report/reporter.ts';

export interface CloudDependencies {
  /** The whole report as it is now. */
  readonly composeReport: () => Promise<DeviceReport>;
  readonly reportMemory: ReportMemory;
  readonly http: CloudHttp;
  readonly identity: IdentityStore;
  /** Asked at each attempt to register. */
  readonly describe: () => Promise<DeviceDescription>;
  readonly clock: Clock;
  /** A number from 0 to 1, to spread what a fleet does together. */
  readonly random: () => number;
  /** As the device is configured now. */
  readonly settings: () => CloudSettings;
  /** Milliseconds between two attempts to register. */
  readonly registrationRetryDelay: number;
  readonly onTarget: (target: TargetState, options: { readonly force: boolean }) => Promise<void>;
  /** Tells the people who watch the device, in one sentence without secrets. */
  readonly say: (message: string) => void;
}

export interface CloudSettings {
  /** Milliseconds. */
  readonly pollInterval: number;
  /** Ask for the target at the start, instead of at some time within the first poll interval. */
  readonly instantUpdateTrigger: boolean;
}

/** What the device does with its cloud, until it is disposed of. Nothing of it keeps apps from running. */
export interface Cloud extends AsyncDisposable {
  /** Asks for the target now, once the device is registered. */
  lookForTarget(options: { readonly force: boolean }): void;
  /** Something that is reported may have changed. */
  reportChange(): void;
}

/** Registers the device when it is not yet, then keeps asking for its target and tells its state. */
export function createCloud(dependencies: CloudDependencies): Cloud {
  const stop = new AbortController();
  const parts = new AsyncDisposableStack();
  let poller: TargetPoller | null = null;
  let reporter: Reporter | null = null;
  const begun = begin();

  async function begin(): Promise<void> {
    const { clock, random, registrationRetryDelay: retryDelay, say } = dependencies;
    const outage = createOutage('registering the device with the cloud', say);
    const identity = await registerUntilDone(dependencies, { clock, random, retryDelay, outage, signal: stop.signal });
    if (identity === null) return;
    reporter = parts.use(report(identity, dependencies));
    poller = parts.use(poll(identity, dependencies));
  }

  return {
    lookForTarget: (options) => poller?.pollNow(options),
    reportChange: () => reporter?.changed(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await begun;
      await parts.disposeAsync();
    },
  };
}

function poll({ uuid, deviceApiKey: key }: Identity, dependencies: CloudDependencies): TargetPoller {
  const { http, clock, random, settings, onTarget, say } = dependencies;
  const outage = createOutage('asking the cloud for the target', say);
  const { pollInterval, instantUpdateTrigger } = settings();
  return startTargetPoller({
    http,
    uuid,
    key,
    clock,
    random,
    interval: () => settings().pollInterval,
    firstDelay: instantUpdateTrigger ? 0 : Math.round(random() * pollInterval),
    onTarget,
    onPoll: (result) => (result.status === 'ok' ? outage.succeeded() : outage.failed(result.error)),
  });
}

function report({ uuid, deviceApiKey: key }: Identity, dependencies: CloudDependencies): Reporter {
  const { http, clock, random, settings, composeReport: compose, reportMemory: memory, say } = dependencies;
  const interval = (): number => settings().pollInterval;
  return startReporter({ http, uuid, key, clock, random, interval, compose, memory, say });
}
