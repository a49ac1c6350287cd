import type { TargetState } from '@device-supervisor/state';
import type { DeviceSettings } from '../settings/device-settings.ts';
import type { BootConfigurationPlan, BootConfigurationResult, ConfigurableHost, RebootSchedule } from './ports.ts';
import type { ConfigProblem, DeviceConfigVariables } from '../settings/resolve-device-config.ts';

export type ConfigStepName = 'firewall' | 'VPN' | 'discoverability' | 'persistent logging' | 'boot configuration';

/** Steps that may schedule a reboot. While one of them is being taken, the device must not reboot. */
export const REBOOTING_STEPS: readonly ConfigStepName[] = ['persistent logging', 'boot configuration'];

/** One thing to bring to what is wanted; the others do not depend on it. */
export interface ConfigStep {
  /** For people, after "the". */
  readonly name: ConfigStepName;
  /** While it stays the same, there is nothing new to do. */
  readonly wanted: unknown;
  /** Whether the device may change this now; else the host keeps what it has. */
  readonly isAllowed: boolean;
  /** @returns what changed, in words; `null`: it was as wanted */
  apply(): Promise<string | null>;
}

/**
 * How much of the host the configuration decides on. The firewall always follows it: it protects the device.
 * - `nothing`: there is no target, or the cloud does not know yet how the host is configured
 * - `what is named`: the device has no cloud. Only the variables of its target apply, the rest of the host stays as it is, and the VPN
 *   leads to no cloud: it stays as it is, too
 * - `everything`: what the target does not name has its default
 */
export type HostAuthority = 'nothing' | 'what is named' | 'everything';

export interface ConfigStepsInput {
  readonly host: ConfigurableHost;
  readonly authority: HostAuthority;
  /** Whether the target names the setting. */
  readonly names: (setting: keyof DeviceSettings) => boolean;
  readonly target: TargetState;
  /** Whether the target comes from a developer: then the API is open to all clients. */
  readonly localMode: boolean;
  readonly settings: DeviceSettings;
  readonly bootVariables: DeviceConfigVariables;
  /** Takes the variables of boot configuration that cannot be set. */
  readonly report: (problems: readonly ConfigProblem[]) => void;
}

/** In this order: what protects the device first, what needs a reboot last. */
export function configSteps({
  host,
  authority,
  names,
  target,
  localMode,
  settings,
  bootVariables,
  report,
}: ConfigStepsInput): readonly ConfigStep[] {
  const decides = (setting: keyof DeviceSettings): boolean =>
    authority === 'everything' || (authority === 'what is named' && names(setting));
  const situation = {
    localMode,
    apiPort: host.apiPort,
    usesHostNetwork: usesHostNetwork(target),
  };
  return [
    {
      name: 'firewall',
      wanted: { mode: settings.firewallMode, ...situation },
      isAllowed: true,
      async apply() {
        const [error] = await host.firewall.apply(settings.firewallMode, situation);
        if (error !== undefined) throw error;
        return null;
      },
    },
    {
      ...switchStep('VPN', settings.vpnControl, (on) => host.vpn.set(on)),
      isAllowed: authority === 'everything',
    },
    {
      ...switchStep('discoverability', settings.hostDiscoverability, (on) => host.discoverability.set(on)),
      isAllowed: decides('hostDiscoverability'),
    },
    {
      name: 'persistent logging',
      wanted: settings.persistentLogging,
      isAllowed: decides('persistentLogging'),
      apply: () => applyPersistentLogging(host, settings.persistentLogging),
    },
    {
      name: 'boot configuration',
      wanted: bootVariables,
      isAllowed: authority !== 'nothing',
      apply: () => applyBootConfig(host, bootVariables, report),
    },
  ];
}

/** Whether a service of the target shares the network of the host. */
export function usesHostNetwork(target: TargetState): boolean {
  return Object.values(target.apps)
    .flatMap(({ release }) => Object.values(release?.services ?? {}))
    .some(({ composition }) => composition?.network_mode === 'host');
}

function switchStep(
  name: ConfigStepName,
  on: boolean,
  set: (on: boolean) => Promise<string>,
): Omit<ConfigStep, 'isAllowed'> {
  return {
    name,
    wanted: on,
    apply: async () => ((await set(on)) === 'switching' ? (on ? 'on' : 'off') : null),
  };
}

async function applyPersistentLogging(
  { persistentLogging, reboot }: ConfigurableHost,
  on: boolean,
): Promise<string | null> {
  if ((await persistentLogging.read()) === on) return null;
  const word = on ? 'on' : 'off';
  await withReboot(reboot, `persistent logging is to be ${word}`, async () => {
    await persistentLogging.write(on);
    return true;
  });
  return word;
}

async function applyBootConfig(
  { bootConfig, reboot }: ConfigurableHost,
  variables: DeviceConfigVariables,
  report: ConfigStepsInput['report'],
): Promise<string | null> {
  const planned = await bootConfig.plan(variables);
  if (planned.changes.length === 0) {
    reportProblems(planned, report);
    // Remembers which variables the target has, so that they can be removed later.
    await bootConfig.write(variables);
    return null;
  }
  const written: BootConfigurationResult[] = [];
  const write = async (): Promise<boolean> => {
    const result = await bootConfig.write(variables);
    written.push(result);
    return result.needsReboot;
  };
  if (planned.needsReboot) await withReboot(reboot, `the boot configuration changes (${namesOf(planned)})`, write);
  else await write();
  const [result] = written;
  if (result === undefined) return null;
  reportProblems(result, report);
  // The written part and its reboot stay; the step is retried for the rest.
  const [failure] = result.failures;
  if (failure !== undefined) throw failure;
  return result.changes.length === 0 ? null : namesOf(result);
}

/** A fleet of several device types has variables that are for some of them. */
function reportProblems({ problems }: BootConfigurationPlan, report: ConfigStepsInput['report']): void {
  report(problems.filter(({ kind }) => kind !== 'unsupported'));
}

function namesOf({ changes }: BootConfigurationPlan): string {
  return changes.map(({ variable }) => variable).join(', ');
}

/**
 * Makes a change that takes effect at a reboot. The reboot is scheduled first: after a crash between the two the change
 * would be in place, and nothing would say that it has no effect yet. A change that fails takes the reboot back, or the
 * device would reboot repeatedly.
 *
 * @param change resolves to whether the reboot is needed
 */
async function withReboot(reboot: RebootSchedule, reason: string, change: () => Promise<boolean>): Promise<void> {
  const isNew = !reboot.reasons.includes(reason);
  await reboot.schedule(reason);
  try {
    if (!(await change()) && isNew) await reboot.cancel(reason);
  } catch (error) {
    if (isNew) await Promise.allSettled([reboot.cancel(reason)]);
    throw error;
  }
}
