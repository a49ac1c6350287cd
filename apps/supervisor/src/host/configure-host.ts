import { dirname, join } from 'node:path';
import { openBootConfig } from '@device-supervisor/boot-config';
import { persistentLoggingOf, powerAndFanOf, type ConfigJsonFile } from '@device-supervisor/config-json';
import {
  createDeviceConfig,
  createDiscoverability,
  createVpnControl,
  type Clock,
  type DeviceConfig,
  type RebootAfterApply,
} from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import { createFirewall, type FirewallEvent } from '@device-supervisor/firewall';
import type { HostDescription } from '@device-supervisor/host-facts';
import type { Units } from '@device-supervisor/systemd';
import type { SupervisorConfig } from '../config.ts';

export interface HostConfigurationDependencies {
  readonly config: SupervisorConfig;
  readonly configJson: ConfigJsonFile;
  readonly description: HostDescription;
  readonly units: Units;
  readonly reboots: RebootAfterApply;
  readonly apiPort: number;
  readonly managed: boolean;
  /** Whether the cloud knows how the host is configured. */
  readonly isReported: () => boolean;
  readonly clock: Clock;
  readonly print: (message: string) => void;
  readonly onFault: (error: unknown) => void;
}

export interface ConfiguredHost extends AsyncDisposable {
  readonly deviceConfig: DeviceConfig;
  /** Why rules of the firewall are not in place. */
  firewallProblems(): readonly unknown[];
}

/** The parts of the host that a target configures. */
export async function configureHost(dependencies: HostConfigurationDependencies): Promise<ConfiguredHost> {
  const { config, configJson, description, units, reboots, apiPort, clock, print, onFault } = dependencies;
  const stack = new AsyncDisposableStack();
  const bootConfig = await openBootConfig({
    device: {
      deviceType: description.deviceType,
      osVersion: description.os.metaBalenaVersion ?? description.os.version,
    },
    bootMount: config.bootMount,
    memoryPath: join(dirname(config.databasePath), 'boot-config.json'),
    powerFan: powerAndFanOf(configJson),
  });
  // A device with unreadable boot files still runs its apps.
  await bootConfig.start().catch(onFault);
  const failures = new Map<string, unknown>();
  const firewall = stack.use(
    createFirewall({
      clock,
      report(event) {
        if (event.kind === 'failed') failures.set(event.family, event.problem);
        else failures.delete(event.family);
        print(describeFirewall(event));
      },
    }),
  );
  const deviceConfig = createDeviceConfig({
    bootConfig,
    persistentLogging: persistentLoggingOf(configJson),
    vpn: createVpnControl({ units, clock, onFault }),
    discoverability: createDiscoverability({ units, clock, onFault }),
    firewall,
    reboot: reboots,
    apiPort,
    managed: dependencies.managed,
    isReported: dependencies.isReported,
    clock,
    random: Math.random,
    say: print,
  });
  return {
    deviceConfig,
    firewallProblems: () => [...failures.values()],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function describeFirewall(event: FirewallEvent): string {
  switch (event.kind) {
    case 'restored':
      return `Another program changed the ${event.family} rules of the firewall; they are restored`;
    case 'failed':
      return `The ${event.family} rules of the firewall are not in place: ${formatError(event.problem)}`;
    case 'recovered':
      return `The ${event.family} rules of the firewall are in place`;
  }
}
