import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@device-supervisor/device';
import type { DeviceReport } from '@device-supervisor/state';
import { CloudRefusedError } from '../errors.ts';
import type { CloudHttp } from '../http/cloud-http.ts';
import { createOutage, type Outage } from '../outage.ts';
import { retryDelay } from '../retry-delay.ts';
import { waitFor } from '../wait-for.ts';
import { acceptReport, diffReport } from './diff-report.ts';
import { sendReport } from './send-report.ts';
import { isMetricsOnly, steadyMetrics } from './steady-metrics.ts';

/** What the cloud was told last, over restarts of the supervisor. */
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
  /** The cloud took a report, or it could not be told. */
  readonly onResult?: (ok: boolean) => void;
  readonly say: (message: string) => void;
}

/** Keeps the cloud told, until it is disposed of. */
export interface Reporter extends AsyncDisposable {
  /** Something that is reported may have changed. */
  changed(): void;
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
  readonly #stop = new AbortController();
  readonly #outage: Outage;
  readonly #memoryOutage: Outage;
  readonly #finished: Promise<void>;
  #accepted: DeviceReport = {};
  #refusedApps: { readonly apps: unknown; readonly at: number } | null = null;
  #metricsAt: number | null = null;
  #failures = 0;
  #wake = Promise.withResolvers<void>();

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#outage = createOutage('telling the cloud the state of the device', options.say);
    this.#memoryOutage = createOutage('remembering what the cloud was told', options.say);
    this.#finished = this.#run();
  }

  changed(): void {
    this.#wake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.resolve();
    await this.#finished;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { uuid, memory, clock } = this.#options;
    const [known] = await Promise.allSettled([memory.load(uuid)]);
    if (known.status === 'fulfilled') this.#accepted = known.value ?? {};
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      await waitFor(clock, await this.#turn(), signal);
      if (signal.aborted) return;
      // What changed meanwhile has waited long enough.
      using _timer = clock.schedule(METRICS_INTERVAL, () => this.#wake.resolve());
      await this.#wake.promise;
    }
  }

  /** @returns milliseconds for which nothing may be sent */
  async #turn(): Promise<number> {
    const { interval, random, onResult } = this.#options;
    try {
      const sent = await this.#report();
      this.#failures = 0;
      if (sent) {
        this.#outage.succeeded();
        onResult?.(true);
      }
      return sent ? REPORT_INTERVAL : LOOK_INTERVAL;
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      this.#outage.failed(error);
      onResult?.(false);
      this.#failures++;
      // It is tried again whether or not something changes.
      this.#wake.resolve();
      const retryAfter = error instanceof CloudRefusedError ? error.retryAfter : null;
      return retryDelay({ failures: this.#failures, limit: interval(), retryAfter, random: random() });
    }
  }

  /** @returns whether there was something to send */
  async #report(): Promise<boolean> {
    const composed = steadyMetrics(this.#accepted, await this.#options.compose());
    const { apps: _, ...withoutApps } = composed;
    const next = this.#isRefused(composed.apps) ? withoutApps : composed;
    const diff = diffReport(this.#accepted, next);
    if (Object.keys(diff).length === 0) return false;
    if (isMetricsOnly(diff) && !this.#mayTellMetrics()) return false;
    if ((await this.#send(diff)) === 'accepted') {
      await this.#accept(next);
      return true;
    }
    this.#options.say('The cloud refuses what it is told of the apps; the state of the device is told without them');
    this.#refusedApps = { apps: composed.apps, at: this.#options.clock.monotonic() };
    const { apps: __, ...device } = diff;
    if (Object.keys(device).length > 0) await this.#send(device);
    await this.#accept(withoutApps);
    return true;
  }

  #send(report: DeviceReport): Promise<'accepted' | 'refused'> {
    const { http, uuid, key } = this.#options;
    return sendReport(http, { uuid, key, report, signal: this.#stop.signal });
  }

  async #accept(next: DeviceReport): Promise<void> {
    const { clock, uuid, memory } = this.#options;
    this.#accepted = acceptReport(this.#accepted, next);
    this.#metricsAt = clock.monotonic();
    try {
      await memory.save(uuid, this.#accepted);
      this.#memoryOutage.succeeded();
    } catch (error) {
      this.#memoryOutage.failed(error);
    }
  }

  /** What was refused is not told again before it changes, or the poll interval is over. */
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
