import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@device-supervisor/device';
import type { DeviceReport } from '@device-supervisor/state';
import { CloudRefusedError } from '../errors.ts';
import type { CloudHttp } from '../http/cloud-http.ts';
import { createOutage, type Outage } from '../outage.ts';
import { retryDelay } from '../retry-delay.ts';
import { startRounds, type Pause, type Rounds } from '../rounds.ts';
import { acceptReport, diffReport, goneFields, withoutFields } from './diff-report.ts';
import { sendReport } from './send-report.ts';
import { isMetricsOnly, steadyMetrics } from './steady-metrics.ts';

/** The last accepted report, kept over restarts of the supervisor. */
export interface ReportMemory {
  /** `null`: nothing that is known. */
  load(uuid: string): Promise<DeviceReport | null>;
  save(uuid: string, report: DeviceReport): Promise<void>;
}

export interface ReporterOptions {
  readonly http: CloudHttp;
  readonly uuid: string;
  /** A secret. */
  readonly key: string;
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Milliseconds; the longest pause after a failure. */
  readonly interval: () => number;
  /** The whole report as it is now. */
  readonly compose: () => Promise<DeviceReport>;
  readonly memory: ReportMemory;
  /** The cloud accepted a report, or it failed. */
  readonly onResult?: (result: ReportResult) => void;
  readonly say: (message: string) => void;
}

export interface ReportResult {
  readonly ok: boolean;
  /** Milliseconds until the next attempt; `null`: when something changed. */
  readonly nextIn: number | null;
}

/** Keeps the cloud told, until it is disposed of. */
export interface Reporter extends AsyncDisposable {
  /** Something that is reported may have changed. */
  changed(): void;
  /** Resolves once the cloud knows what is true now, or when the reporter is disposed of. */
  flush(): Promise<void>;
}

/** Milliseconds between two reports. */
const REPORT_INTERVAL = 10_000;
/** Milliseconds; changes come in bursts. */
const LOOK_INTERVAL = 1000;
/** Milliseconds between two reports of metrics alone, and between two looks at what tells of no change. */
const METRICS_INTERVAL = 300_000;

export function startReporter(options: ReporterOptions): Reporter {
  return new ReportLoop(options);
}

class ReportLoop implements Reporter {
  readonly #options: ReporterOptions;
  readonly #outage: Outage;
  readonly #memoryOutage: Outage;
  readonly #rounds: Rounds;
  /** `null`: it is yet to be remembered. */
  #accepted: DeviceReport | null = null;
  #refusedApps: { readonly apps: unknown; readonly at: number } | null = null;
  /** Metrics whose `null` the cloud refuses. */
  readonly #refusedNulls = new Set<string>();
  /** The cloud has refused a report with several `null`: they are sent one at a time, to find the one it refuses. */
  #clearsOneByOne = false;
  /** Callers of {@link flush}. */
  readonly #waiting = new Set<() => void>();
  #metricsAt: number | null = null;
  #failures = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#outage = createOutage('reporting the state of the device to the cloud', options.say);
    this.#memoryOutage = createOutage('saving the last accepted report', options.say);
    this.#rounds = startRounds({ clock: options.clock, round: (signal) => this.#turn(signal) });
  }

  changed(): void {
    this.#rounds.wake();
  }

  async flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    this.#rounds.wake();
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rounds[Symbol.asyncDispose]();
    this.#release([...this.#waiting]);
  }

  #release(waiting: readonly (() => void)[]): void {
    for (const resolve of waiting) {
      this.#waiting.delete(resolve);
      resolve();
    }
  }

  async #turn(signal: AbortSignal): Promise<Pause> {
    const { interval, random, onResult } = this.#options;
    const waiting = [...this.#waiting];
    try {
      const sent = await this.#report(signal);
      this.#release(waiting);
      this.#failures = 0;
      if (sent) {
        this.#outage.succeeded();
        onResult?.({ ok: true, nextIn: null });
      }
      // Changes of the meantime have waited long enough by then.
      const atLeast = sent ? REPORT_INTERVAL : LOOK_INTERVAL;
      return { atLeast, atMost: atLeast + METRICS_INTERVAL };
    } catch (error) {
      this.#failures++;
      const delay = retryDelay({ failures: this.#failures, limit: interval(), error, random: random() });
      if (!signal.aborted) {
        this.#outage.failed(error);
        onResult?.({ ok: false, nextIn: delay });
      }
      // It is retried whether or not something changes.
      return { atLeast: delay, atMost: delay };
    }
  }

  /** @returns whether there was something to send */
  async #report(signal: AbortSignal): Promise<boolean> {
    const accepted = (this.#accepted ??= await this.#remember());
    const composed = steadyMetrics(accepted, await this.#options.compose());
    const { apps: _, ...withoutApps } = composed;
    const next = this.#isRefused(composed.apps) ? withoutApps : composed;
    const diff = this.#withoutRefusedNulls(diffReport(accepted, next));
    if (Object.keys(diff).length === 0) return false;
    if (isMetricsOnly(diff) && !this.#mayTellMetrics()) return false;
    if ((await this.#send(diff, signal)) === 'accepted') {
      await this.#accept(acceptReport(accepted, { next, sent: diff }));
      return true;
    }
    this.#options.say('The cloud refuses the report about the apps; the state of the device is reported without them');
    this.#refusedApps = { apps: composed.apps, at: this.#options.clock.monotonic() };
    const { apps: __, ...device } = diff;
    if (Object.keys(device).length > 0) await this.#send(device, signal);
    await this.#accept(acceptReport(accepted, { next: withoutApps, sent: device }));
    return true;
  }

  #withoutRefusedNulls(diff: DeviceReport): DeviceReport {
    const gone = goneFields(diff);
    const cleared = gone.filter((field) => !this.#refusedNulls.has(field));
    const kept = this.#clearsOneByOne ? cleared.slice(0, 1) : cleared;
    return withoutFields(
      diff,
      gone.filter((field) => !kept.includes(field)),
    );
  }

  async #remember(): Promise<DeviceReport> {
    const [known] = await Promise.allSettled([this.#options.memory.load(this.#options.uuid)]);
    return (known.status === 'fulfilled' ? known.value : null) ?? {};
  }

  async #send(report: DeviceReport, signal: AbortSignal): Promise<'accepted' | 'refused'> {
    const { http, uuid, key } = this.#options;
    try {
      return await sendReport(http, { uuid, key, report, signal });
    } catch (error) {
      // A cloud that refuses one `null` must not be without a report because of it.
      if (error instanceof CloudRefusedError && error.details.status === 400) this.#suspectNulls(report);
      throw error;
    }
  }

  #suspectNulls(report: DeviceReport): void {
    const [suspect, ...others] = goneFields(report);
    if (suspect === undefined) return;
    if (others.length > 0) {
      this.#clearsOneByOne = true;
      return;
    }
    this.#refusedNulls.add(suspect);
    this.#options.say(`The cloud refuses to clear ${suspect}; it keeps the last value there`);
  }

  async #accept(accepted: DeviceReport): Promise<void> {
    const { clock, uuid, memory } = this.#options;
    this.#accepted = accepted;
    this.#metricsAt = clock.monotonic();
    try {
      await memory.save(uuid, accepted);
      this.#memoryOutage.succeeded();
    } catch (error) {
      this.#memoryOutage.failed(error);
    }
  }

  /** Refused parts are not sent again before they change, or the poll interval is over. */
  #isRefused(apps: DeviceReport['apps']): boolean {
    if (this.#refusedApps === null) return false;
    const { clock, interval } = this.#options;
    const isRecent = clock.monotonic() - this.#refusedApps.at < interval();
    if (isRecent && isDeepStrictEqual(this.#refusedApps.apps, apps)) return true;
    this.#refusedApps = null;
    return false;
  }

  #mayTellMetrics(): boolean {
    return this.#metricsAt === null || this.#options.clock.monotonic() - this.#metricsAt >= METRICS_INTERVAL;
  }
}
