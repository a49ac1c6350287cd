import { extraFirmwareOf } from '@device-supervisor/config-json';
import {
  createDevice,
  type Clock,
  type Device,
  type DeviceConfig,
  type RebootAfterApply,
  type Settings,
} from '@device-supervisor/device';
import type { HostDescription } from '@device-supervisor/host-facts';
import { delay } from '@device-supervisor/primitives';
import type { Store } from '@device-supervisor/store';
import type { SupervisorConfig } from '../config.ts';
import type { OpenedEngine } from '../engine/open-engine.ts';
import { reportingExtraFirmware } from '../engine/report-extra-firmware.ts';
import { readBootId } from '../host/boot-id.ts';
import { configureHost } from '../host/configure-host.ts';
import { connectHost, type ConnectedHost } from '../host/connect-host.ts';
import type { OpenedIdentity } from '../identity/open-identity.ts';
import type { Logger } from '../log/create-logger.ts';
import type { IntroductionMemory } from '../managed/introduction-memory.ts';
import type { OpenedLocks } from './open-locks.ts';
import { deviceFacts } from './device-facts.ts';

export interface OpenDeviceDependencies {
  readonly config: SupervisorConfig;
  readonly opened: OpenedIdentity;
  readonly description: HostDescription;
  readonly store: Store;
  readonly deviceSettings: Settings;
  readonly engine: OpenedEngine;
  readonly locks: OpenedLocks['locks'];
  readonly apiPort: number;
  readonly introductionMemory: Pick<IntroductionMemory, 'load'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFault: (error: unknown) => void;
}

export interface OpenedDevice extends AsyncDisposable {
  /** Why rules of the firewall are not in place. */
  readonly firewallProblems: () => readonly unknown[];
  readonly device: Device;
  readonly host: ConnectedHost;
  /** `null`: the host is not ours to configure. */
  readonly deviceConfig: DeviceConfig | null;
  readonly reboots: Pick<RebootAfterApply, 'reasons'>;
  /** Adds a step before a reboot that the device asks for; the reboot waits for it for a limited time. */
  onReboot(announce: () => Promise<void>): void;
}

/** Milliseconds that a reboot waits until the cloud knows of it: reports are sent every 10 s at most. */
const ANNOUNCEMENT_TIME = 15_000;

/** Starts the reconcile loop, on a host that the supervisor controls or leaves alone. */
export async function openDevice(dependencies: OpenDeviceDependencies): Promise<OpenedDevice> {
  const { config, opened, description, store, engine, locks, apiPort, clock, log, onFault } = dependencies;
  const { introductionMemory } = dependencies;
  const { configJson, identity, settings, mode } = opened;
  await using stack = new AsyncDisposableStack();
  const bootId = await readBootId(config.bootIdPath);
  // The host takes the locks of all apps through the device, which in turn asks the host for reboots.
  const created = Promise.withResolvers<Device>();
  const lockAll: Device['lockAll'] = async (request) => await (await created.promise).lockAll(request);
  const host = stack.use(connectHost({ config, configJson, device: { lockAll }, clock, onFault }));
  const announcements = new Set<() => Promise<void>>();
  const reboots = await host.openReboots(bootId, async () => {
    const announced = Promise.allSettled([...announcements].map((announce) => announce()));
    await Promise.race([announced, delay(clock, ANNOUNCEMENT_TIME)]);
  });
  const print = (message: string): void => log.component('host').info(message);
  const configured = config.controlsHost
    ? stack.use(
        await configureHost({
          config,
          configJson,
          description,
          units: host.units,
          reboots,
          apiPort,
          managed: mode.kind === 'managed',
          // The cloud knows the configuration of the host once the device is introduced.
          isReported: () => introductionMemory.load() === null,
          clock,
          print,
          onFault,
        }),
      )
    : null;
  const device = stack.use(
    createDevice({
      engine: config.controlsHost ? reportingExtraFirmware(engine.engine, extraFirmwareOf(configJson)) : engine.engine,
      storage: engine.storage,
      locks,
      store,
      facts: deviceFacts(description, {
        identity: () => identity.current,
        name: settings.initialDeviceName ?? null,
        apiEndpoint: settings.apiEndpoint ?? null,
        apiPort,
        engineEndpoint: engine.endpoint,
        allowsHostPaths: config.allowsHostPaths,
      }),
      settings: dependencies.deviceSettings,
      managed: mode.kind === 'managed',
      sharesEngine: !config.controlsHost,
      clock,
      random: Math.random,
      bootId,
      ...(configured === null ? {} : { reboots, deviceConfig: configured.deviceConfig }),
    }),
  );
  created.resolve(device);
  const owned = stack.move();
  return {
    device,
    host,
    deviceConfig: configured?.deviceConfig ?? null,
    firewallProblems: () => configured?.firewallProblems() ?? [],
    reboots,
    onReboot: (announce) => void announcements.add(announce),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
