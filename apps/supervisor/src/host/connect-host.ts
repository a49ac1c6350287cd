import type { Host, HostAddresses, JournalRequest } from '@device-supervisor/api';
import type { ConfigJsonFile } from '@device-supervisor/config-json';
import {
  createPower,
  createVpnControl,
  openRebootAfterApply,
  type Clock,
  type Device,
  type RebootAfterApply,
} from '@device-supervisor/device';
import { createHostConfig, hostConfigPaths } from '@device-supervisor/host-config';
import { createLed, readAddresses, readVpnState } from '@device-supervisor/host-facts';
import { JOURNAL_FORMATS, JournalOptionError, streamJournal } from '@device-supervisor/journal';
import { createPowerFiles, type Units } from '@device-supervisor/systemd';
import type { SupervisorConfig } from '../config.ts';
import { hostServices } from './host-services.ts';

export interface HostDependencies {
  readonly config: SupervisorConfig;
  readonly configJson: ConfigJsonFile;
  readonly device: Pick<Device, 'lockAll'>;
  readonly clock: Clock;
  /** Reports a failure of the host that no caller waits for. */
  readonly onFault: (error: unknown) => void;
}

export interface ConnectedHost extends Host, AsyncDisposable {
  readonly units: Units;
  /** Shows that the cloud is lost; nothing without a LED. Does not wait. */
  showLost(): void;
  /** Reboots that are to come when the device has nothing else left to do. */
  openReboots(bootId: string | null, announce: () => Promise<void>): Promise<RebootAfterApply>;
}

/** The host's parts as the API and the device want them. Nothing on the bus is connected before it is needed. */
export function connectHost(dependencies: HostDependencies): ConnectedHost {
  const { config, configJson, device, clock, onFault } = dependencies;
  const { rootMount, bootMount, stateMount } = config;
  const stack = new AsyncDisposableStack();
  const ending = new AbortController();
  stack.defer(() => ending.abort());
  const systemd = stack.use(hostServices(config.controlsHost, config.busAddress));
  const powerFiles = createPowerFiles({ rootMount, stateMount });
  const power = stack.use(
    createPower({
      host: systemd.power,
      hostUpdate: powerFiles.hostUpdate,
      lockAll: (request) => device.lockAll(request),
      clock,
      onFault,
    }),
  );
  const hostConfig = createHostConfig({
    paths: hostConfigPaths({ rootMount, bootMount }),
    configJson,
    units: systemd.units,
    locks: { acquireAll: (request) => device.lockAll({ ...request, signal: ending.signal }) },
  });
  if (config.controlsHost) void hostConfig.recover().catch(onFault);
  const led = stack.use(createLed({ path: config.ledFile, clock }));
  const vpn = createVpnControl({ units: systemd.units, clock, onFault });
  return {
    units: systemd.units,
    power,
    config: hostConfig,
    journal: { stream: (query, signal) => streamJournal(journalQuery(query), signal) },
    blink: () => led.blink(),
    showLost: () => led.flash(LOST_FLASHES),
    vpn: () =>
      readVpnState({
        statusPath: config.vpnStatusPath,
        async isEnabled() {
          const state = await vpn.state();
          return state === 'on' || state === 'mixed';
        },
      }),
    addresses: remember(() => readAddresses({ macAddressPath: config.macAddressPath }), clock),
    openReboots: (bootId, announce) =>
      openRebootAfterApply({ breadcrumb: powerFiles.reboot, bootId, power, onFault, announce }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** In a row, at each look that finds no cloud. */
const LOST_FLASHES = 4;

function journalQuery({ format, ...query }: JournalRequest): Parameters<typeof streamJournal>[0] {
  if (format === undefined) return query;
  const known = JOURNAL_FORMATS.find((one) => one === format);
  if (known === undefined) throw new JournalOptionError('format', `must be one of ${JOURNAL_FORMATS.join(', ')}`);
  return { ...query, format: known };
}

/** Milliseconds for which addresses are taken as they were: clients ask every second. */
const ADDRESSES_LAST = 10_000;

function remember(read: () => HostAddresses, clock: Clock): () => HostAddresses {
  let known: { readonly at: number; readonly addresses: HostAddresses } | null = null;
  return () => {
    const now = clock.monotonic();
    if (known === null || now - known.at > ADDRESSES_LAST) known = { at: now, addresses: read() };
    return known.addresses;
  };
}
