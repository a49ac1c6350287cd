import { NO_APPS, onlyApps, toAppSet, uniteApps, type AppSet } from '@device-supervisor/compose';
import { delay, type Clock } from '@device-supervisor/primitives';
import type { DeviceReport, TargetState } from '@device-supervisor/state';
import { formatError } from '@device-supervisor/errors';
import { DeviceNotRegisteredError } from './errors.ts';
import {
  introduceDevice,
  type Introduction,
  type IntroductionOptions,
  type IntroductionReason,
} from './introduction/introduce-device.ts';
import { retryUntilDone } from './retry-until-done.ts';
import { createPendingTags, type PendingTags, type TagMemory } from './tags/pending-tags.ts';
import { fetchTags, type DeviceTag } from './tags/request-tags.ts';
import { startTagReporter, type TagReporter } from './tags/tag-reporter.ts';
import type { CloudHttp } from './http/cloud-http.ts';
import { createOutage } from './outage.ts';
import type { TargetAnswer } from './poll/fetch-target.ts';
import { startTargetPoller, type TargetPoller } from './poll/target-poller.ts';
import type { DeviceDescription, Identity, IdentityStore } from './provisioning/identity.ts';
import { registerUntilDone } from './provisioning/register-until-done.ts';
import { startReporter, type Reporter, type ReportMemory } from './report/reporter.ts';

export interface CloudDependencies {
  readonly introduction: Introduction;
  /** Why the cloud is still to learn about the device, over restarts; `null`: it knows it. */
  readonly introductionMemory: {
    load(): IntroductionReason | null;
    save(reason: IntroductionReason | null): void;
  };
  readonly tagMemory: TagMemory;
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
  /** The cloud knows the device, now or from before. */
  readonly onRegistered: (identity: Identity) => void;
  readonly onTarget: (target: TargetState, options: { readonly force: AppSet }) => Promise<void>;
  /** A poll or a report has its answer, or none. */
  readonly onRequest?: (request: CloudRequestResult) => void;
  /** Tells the people who watch the device, in one sentence without secrets. */
  readonly say: (message: string) => void;
}

export interface CloudRequestResult {
  readonly kind: 'poll' | 'report';
  readonly ok: boolean;
  /** Milliseconds until the next one, unless it is requested earlier; `null`: with the next change. */
  readonly nextIn: number | null;
}

export interface CloudSettings {
  /** Milliseconds. */
  readonly pollInterval: number;
  /** Ask for the target at the start, instead of at some time within the first poll interval. */
  readonly instantUpdateTrigger: boolean;
}

/** The connection of a device to its cloud, until it is disposed of. Apps run without it. */
export interface Cloud extends AsyncDisposable {
  /** Asks for the target now, once the device is registered. */
  lookForTarget(options: { readonly force: boolean; readonly appId?: number | undefined }): void;
  /** The tags of the device. */
  readonly tags: CloudTags;
  /** Something that is reported may have changed. */
  reportChange(): void;
  /** Resolves once the cloud knows the present state of the device; waits for it without end while the cloud is away. */
  reportNow(): Promise<void>;
}

export interface CloudTags {
  /** Asks the cloud. @throws DeviceNotRegisteredError and what the request throws */
  list(): Promise<readonly DeviceTag[]>;
  /** Remembers tags, and tells the cloud until it has them. @throws what the memory throws */
  set(tags: Readonly<Record<string, string>>): Promise<void>;
}

/** Milliseconds that the first target waits for the introduction; longer, and the apps go first. */
const INTRODUCTION_TIME = 60_000;

/** Registers the device when it is not yet, then keeps asking for its target and tells its state. */
export function createCloud(dependencies: CloudDependencies): Cloud {
  const stop = new AbortController();
  const parts = new AsyncDisposableStack();
  let poller: TargetPoller | null = null;
  /** A request for the target that came before polling started. */
  let wanted: { readonly force: AppSet } | null = null;
  let reporter: Reporter | null = null;
  let tagReporter: TagReporter | null = null;
  let known: Identity | null = null;
  let introduced: Promise<unknown> = Promise.resolve();
  const pendingTags = createPendingTags(dependencies.tagMemory);
  const begun = begin();
  // Without its identity a device has no cloud; its apps still run.
  begun.catch((error: unknown) => dependencies.say(`The device cannot be registered: ${formatError(error)}`));

  async function begin(): Promise<void> {
    const {
      identity: store,
      introductionMemory,
      clock,
      random,
      registrationRetryDelay: retryDelay,
      say,
    } = dependencies;
    const outage = createOutage('registering the device with the cloud', say);
    const { isRegistered, uuid } = await store.read();
    if (!isRegistered) {
      introductionMemory.save('new');
      await forgetReport(uuid);
    }
    const registration = { ...dependencies, onTakenOver: () => introductionMemory.save('taken over') };
    const identity = await registerUntilDone(registration, { clock, random, retryDelay, outage, signal: stop.signal });
    if (identity === null) return;
    known = identity;
    dependencies.onRegistered(identity);
    reporter = parts.use(report(identity, dependencies));
    tagReporter = parts.use(reportTags(identity, pendingTags, dependencies));
    const firstAnswer = await introduceBeforePolling(identity);
    if (stop.signal.aborted) return;
    poller = parts.use(poll(identity, { wanted, firstAnswer }, dependencies));
  }

  /** @returns the target, if the introduction asked for it in time */
  async function introduceBeforePolling(identity: Identity): Promise<TargetAnswer | null> {
    const reason = dependencies.introductionMemory.load();
    if (reason === null) return null;
    const introduction = introduce(identity, { reason, signal: stop.signal }, dependencies);
    introduced = introduction.then(() => poller?.pollNow({ force: NO_APPS }));
    const waiting = new AbortController();
    const time = delay(dependencies.clock, INTRODUCTION_TIME, AbortSignal.any([stop.signal, waiting.signal]));
    const answer = await Promise.race([introduction, time.then(() => null)]);
    waiting.abort();
    return answer;
  }

  /** After a new registration the cloud knows nothing of the device, even under its old name. */
  async function forgetReport(uuid: string): Promise<void> {
    const [forgotten] = await Promise.allSettled([dependencies.reportMemory.save(uuid, {})]);
    if (forgotten.status === 'rejected') {
      dependencies.say(`Cannot delete the record of reported state: ${formatError(forgotten.reason)}`);
    }
  }

  return {
    lookForTarget({ force: isForced, appId }) {
      const force = isForced && appId !== undefined ? onlyApps([appId]) : toAppSet(isForced);
      if (poller === null) wanted = { force: uniteApps(force, wanted?.force ?? NO_APPS) };
      else poller.pollNow({ force });
    },
    reportChange: () => reporter?.changed(),
    async reportNow() {
      await reporter?.flush();
    },
    tags: {
      async list() {
        if (known === null) throw new DeviceNotRegisteredError();
        const { uuid, deviceApiKey: key } = known;
        return await fetchTags(dependencies.http, { uuid, key, signal: stop.signal });
      },
      async set(tags) {
        pendingTags.add(tags);
        tagReporter?.changed();
      },
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await begun.catch(() => undefined);
      await introduced;
      await parts.disposeAsync();
    },
  };
}

async function introduce(
  identity: Identity,
  { reason, signal }: Pick<IntroductionOptions, 'reason' | 'signal'>,
  dependencies: CloudDependencies,
): Promise<TargetAnswer | null> {
  const { http, introduction, introductionMemory, clock, random, settings, say } = dependencies;
  const outage = createOutage('introducing the device to the cloud', say);
  const interval = (): number => settings().pollInterval;
  let answer: TargetAnswer | null = null;
  const done = await retryUntilDone({ clock, random, interval, outage, signal }, async () => {
    answer = await introduceDevice(http, identity, { introduction, reason, signal });
  });
  if (done) introductionMemory.save(null);
  return answer;
}

function reportTags(
  { uuid, deviceApiKey: key }: Identity,
  pending: PendingTags,
  { http, clock, random, settings, say }: CloudDependencies,
): TagReporter {
  const outage = createOutage('reporting the tags of the device to the cloud', say);
  const interval = (): number => settings().pollInterval;
  return startTagReporter({ http, device: { uuid, key }, pending, clock, random, interval, outage, say });
}

interface PollStart {
  /** `null`: no client has asked for the target so far. */
  readonly wanted: { readonly force: AppSet } | null;
  readonly firstAnswer: TargetAnswer | null;
}

function poll(
  { uuid, deviceApiKey: key }: Identity,
  { wanted, firstAnswer }: PollStart,
  dependencies: CloudDependencies,
): TargetPoller {
  const { http, clock, random, settings, onTarget, onRequest, say } = dependencies;
  const outage = createOutage('asking the cloud for the target', say);
  const { pollInterval, instantUpdateTrigger } = settings();
  return startTargetPoller({
    http,
    uuid,
    key,
    clock,
    random,
    interval: () => settings().pollInterval,
    firstAnswer,
    firstDelay:
      instantUpdateTrigger || wanted !== null || firstAnswer !== null ? 0 : Math.round(random() * pollInterval),
    force: wanted?.force ?? NO_APPS,
    onTarget,
    onPoll(result) {
      onRequest?.({ kind: 'poll', ok: result.status === 'ok', nextIn: result.nextIn });
      if (result.status === 'ok') outage.succeeded();
      else outage.failed(result.error);
    },
  });
}

function report({ uuid, deviceApiKey: key }: Identity, dependencies: CloudDependencies): Reporter {
  const { http, clock, random, settings, composeReport: compose, reportMemory: memory, onRequest, say } = dependencies;
  return startReporter({
    http,
    uuid,
    key,
    clock,
    random,
    interval: () => settings().pollInterval,
    compose,
    memory,
    onResult: (result) => onRequest?.({ kind: 'report', ...result }),
    say,
  });
}
