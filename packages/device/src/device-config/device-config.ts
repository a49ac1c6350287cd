import type { TargetState } from '@device-supervisor/state';
import { isDeepStrictEqual } from 'node:util';
import { Backoff, formatDelay } from '../loop/backoff.ts';
import { formatError } from '@device-supervisor/errors';
import type { Clock } from '@device-supervisor/primitives';
import {
  configSteps,
  REBOOTING_STEPS,
  type ConfigStep,
  type ConfigStepName,
  type HostAuthority,
} from './config-steps.ts';
import { NO_TARGET } from '../session/targets.ts';
import { CONFIG_VARIABLES } from '../settings/config-variables.ts';
import type { DeviceSettings } from '../settings/device-settings.ts';
import type { ConfigurableHost } from './ports.ts';
import { ProblemReporter } from './problem-reporter.ts';
import {
  DEFAULT_SETTINGS,
  formatSettings,
  resolveDeviceConfig,
  type DeviceConfigVariables,
} from '../settings/resolve-device-config.ts';
import { withTimeLimit } from './time-limit.ts';

export interface DeviceConfigDependencies extends ConfigurableHost {
  /** Has the device a cloud? */
  readonly managed: boolean;
  /** Whether the cloud knows how the host is configured. Until then the host stays as it is; asked before each round. */
  readonly isReported: () => boolean;
  readonly clock: Clock;
  /** A number from 0 to 1, to spread retries. */
  readonly random: () => number;
  /** Tells the people who watch the device, in one sentence. */
  readonly say: (message: string) => void;
}

/** Brings the device to its target's configuration. */
export interface DeviceConfig {
  /**
   * Applies what differs, to be called before the apps of each round. Never fails, and never takes long for long: a step
   * that fails or hangs is held back, and neither the others nor the apps wait for it.
   *
   * @param target `null`: there is none yet. Then the firewall alone is set up, and the host keeps its switches
   */
  converge(target: TargetState | null, circumstances: ConfigCircumstances): Promise<ConfigOutcome>;
  /** The whole configuration of the device, in the form of a report to the cloud. Rejects when the host cannot be read. */
  current(): Promise<DeviceConfigVariables>;
}

export interface ConfigCircumstances {
  /** Does the target come from a developer? */
  readonly localMode: boolean;
  /** Ends it after the step that is being taken. */
  readonly signal: AbortSignal;
}

export interface ConfigOutcome {
  /** Something was applied just now. */
  readonly changed: boolean;
  /** Variables that are not applied yet, with the reasons. */
  readonly pending: readonly PendingConfig[];
  /** A change waits for a reboot, which is scheduled. */
  readonly rebootNeeded: boolean;
  /** A change that takes effect at a reboot is still being made: it must not be cut off. */
  readonly holdsReboot: boolean;
  /** Milliseconds after which to converge again; `null`: not before something happens. */
  readonly retryIn: number | null;
}

export interface PendingConfig {
  readonly step: ConfigStepName;
  readonly reason: string;
}

/** Longest delay between two tries of a step that fails, in milliseconds. */
const LONGEST_RETRY = 900_000;
/** How long a round waits for one step, in milliseconds. */
const STEP_TIME = 30_000;
/** Time between two looks at whether the cloud knows the host's configuration, in milliseconds. */
const REPORT_CHECK = 5_000;
const UNREPORTED = 'the cloud does not know yet how the host is configured';
/** Interval of checks while nothing differs, in milliseconds: other programs change the host too. */
const RECHECK_INTERVAL = 60_000;

export function createDeviceConfig(dependencies: DeviceConfigDependencies): DeviceConfig {
  return new ConfigConvergence(dependencies);
}

class ConfigConvergence implements DeviceConfig {
  readonly #dependencies: DeviceConfigDependencies;
  readonly #backoff: Backoff;
  readonly #problems: ProblemReporter;
  /** Steps that are done, by name. */
  readonly #done = new Map<ConfigStepName, { readonly wanted: unknown; readonly at: number }>();
  /** Steps that take longer than a round waits, by name. */
  readonly #running = new Set<ConfigStepName>();
  #settings: DeviceSettings = DEFAULT_SETTINGS;
  #config: DeviceConfigVariables = {};

  constructor(dependencies: DeviceConfigDependencies) {
    const { clock, random, say } = dependencies;
    this.#dependencies = dependencies;
    this.#backoff = new Backoff({ now: () => clock.monotonic(), random, limit: LONGEST_RETRY });
    this.#problems = new ProblemReporter(say);
  }

  async converge(wanted: TargetState | null, { localMode, signal }: ConfigCircumstances): Promise<ConfigOutcome> {
    const { reboot } = this.#dependencies;
    const target = wanted ?? NO_TARGET;
    const authority = this.#authority(wanted);
    const { settings, bootVariables, problems } = resolveDeviceConfig(target.config);
    this.#problems.report('settings', problems, target.config);
    this.#adopt(settings, target.config);
    const pending: PendingConfig[] = [];
    let changed = false;
    const report = (found: Parameters<ProblemReporter['report']>[1]): void =>
      this.#problems.report('boot configuration', found, bootVariables);
    const steps = configSteps({
      host: this.#dependencies,
      authority,
      names: (setting) => namesSetting(target.config, setting),
      target,
      localMode,
      settings,
      bootVariables,
      report,
    });
    for (const step of steps) {
      if (signal.aborted) break;
      if (!step.isAllowed) {
        if (wanted !== null && authority === 'nothing') pending.push({ step: step.name, reason: UNREPORTED });
        continue;
      }
      const result = await this.#take(step);
      changed ||= result.changed;
      if (result.reason !== null) pending.push({ step: step.name, reason: result.reason });
    }
    const waits = [
      this.#backoff.nextRetry() ?? Infinity,
      // No event reports that a step that took long is done, or that the cloud knows the host's configuration.
      this.#running.size > 0 ? STEP_TIME : Infinity,
      pending.some(({ reason }) => reason === UNREPORTED) ? REPORT_CHECK : Infinity,
    ];
    const retryIn = Math.min(...waits);
    return {
      changed,
      pending,
      rebootNeeded: reboot.reasons.length > 0,
      holdsReboot: REBOOTING_STEPS.some((name) => this.#running.has(name)),
      retryIn: retryIn === Infinity ? null : retryIn,
    };
  }

  async current(): Promise<DeviceConfigVariables> {
    const { bootConfig, persistentLogging, vpn, discoverability } = this.#dependencies;
    const [boot, logging, vpnState, discoverable] = await Promise.all([
      bootConfig.read(),
      persistentLogging.read(),
      vpn.state(),
      discoverability.state(),
    ]);
    const actual: DeviceSettings = {
      ...this.#settings,
      persistentLogging: logging,
      // A host that has none of it is as it is wanted.
      ...(vpnState === null ? {} : { vpnControl: vpnState !== 'off' }),
      ...(discoverable === null ? {} : { hostDiscoverability: discoverable !== 'off' }),
    };
    return { ...formatSettings(actual), ...boot };
  }

  #authority(target: TargetState | null): HostAuthority {
    const { managed, isReported } = this.#dependencies;
    if (target === null) return 'nothing';
    if (!managed) return 'what is named';
    return isReported() ? 'everything' : 'nothing';
  }

  /** Another configuration is tried at once, whatever failed with the one before. */
  #adopt(settings: DeviceSettings, config: DeviceConfigVariables): void {
    if (!isDeepStrictEqual(config, this.#config)) this.#backoff.reset();
    this.#config = config;
    this.#settings = settings;
  }

  /** @returns `reason`: why it is not done; `null`: it is */
  async #take(step: ConfigStep): Promise<{ readonly changed: boolean; readonly reason: string | null }> {
    const { clock, say } = this.#dependencies;
    const { name, wanted } = step;
    if (this.#isDone(step)) return { changed: false, reason: null };
    if (this.#running.has(name)) return { changed: false, reason: 'takes long' };
    const paused = this.#backoff.paused().get(name);
    if (paused !== undefined) return { changed: false, reason: paused };
    const work = this.#run(step);
    const result = await withTimeLimit(clock, work, STEP_TIME);
    if (result === null) {
      say(`The ${name} of the device takes long; everything else goes on`);
      return { changed: false, reason: 'takes long' };
    }
    if (!result.ok) {
      const reason = formatError(result.error);
      const delay = this.#backoff.failed(name, reason);
      say(`Failed to apply the ${name} due to '${reason}', retrying in ${formatDelay(delay)}`);
      return { changed: false, reason };
    }
    this.#backoff.forget(name);
    this.#done.set(name, { wanted, at: clock.monotonic() });
    if (result.changed !== null) say(`Applied the ${name}: ${result.changed}`);
    return { changed: result.changed !== null, reason: null };
  }

  async #run(step: ConfigStep): Promise<StepResult> {
    this.#running.add(step.name);
    try {
      return { ok: true, changed: await step.apply() };
    } catch (error) {
      return { ok: false, error };
    } finally {
      this.#running.delete(step.name);
    }
  }

  #isDone({ name, wanted }: ConfigStep): boolean {
    const done = this.#done.get(name);
    if (done === undefined || !isDeepStrictEqual(done.wanted, wanted)) return false;
    return this.#dependencies.clock.monotonic() - done.at < RECHECK_INTERVAL;
  }
}

type StepResult =
  | { readonly ok: true; readonly changed: string | null }
  | { readonly ok: false; readonly error: unknown };

function namesSetting(config: DeviceConfigVariables, setting: keyof DeviceSettings): boolean {
  const { name, aliases = [] } = CONFIG_VARIABLES[setting];
  return [name, ...aliases].some((each) => Object.hasOwn(config, each));
}
