import { join } from 'node:path';
import type { ClockDoubt } from '@device-supervisor/cloud';
import type { ConfigJson } from '@device-supervisor/config-json';
import { createSettings, type Device, type LocalSettings } from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import { createMetrics, readHostDescription } from '@device-supervisor/host-facts';
import { systemClock as clock } from '@device-supervisor/primitives/system-clock';
import { openApi } from './api/open-api.ts';
import type { SupervisorConfig } from './config.ts';
import { openDevice } from './device/open-device.ts';
import { openLocks } from './device/open-locks.ts';
import { claimEngine } from './engine/claim-engine.ts';
import { openEngine } from './engine/open-engine.ts';
import { createHealthConditions } from './health/health-conditions.ts';
import { openIdentity } from './identity/open-identity.ts';
import type { ProcessLogger } from './log/create-logger.ts';
import { journalCheck } from './logs/journal-check.ts';
import { logSource } from './logs/log-source.ts';
import { startLogs } from './logs/start-logs.ts';
import { cloudAccess } from './managed/cloud-access.ts';
import { openCloud } from './managed/open-cloud.ts';
import { openMemory } from './memory/open-memory.ts';
import { BUILD, CONTRACT_VERSION } from './version.ts';

export interface Supervisor extends AsyncDisposable {
  /** Port of the API. */
  readonly port: number;
  /** Rejects when it cannot continue; never resolves. */
  readonly failure: Promise<never>;
}

/** In the host's memory, gone after a boot; containers see their own update locks of it. */
const VOLATILE_ON_HOST = 'tmp/balena-supervisor';

const DEFAULT_PORT = 48484;

/** Puts the parts together, in the order in which they need each other; they end in the reverse order. */
export async function startSupervisor(config: SupervisorConfig, log: ProcessLogger): Promise<Supervisor> {
  await using stack = new AsyncDisposableStack();
  const { promise: failure, reject: onLost } = Promise.withResolvers<never>();
  const onFault = (error: unknown): void => log.error(`Fault: ${formatError(error)}`);
  const directory = join(config.rootMount, VOLATILE_ON_HOST);
  const base = { config, clock, log, onFault, directory };
  log.info(`Supervisor ${BUILD.version} (commit ${BUILD.commit}, contract ${CONTRACT_VERSION}) starts`);

  const opened = await openIdentity({ config, log: log.component('identity'), hide: log.hide });
  const { configJson, identity, mode, settings } = opened;
  log.info(`Device ${identity.current.uuid} is ${mode.kind}: ${mode.reason}`);

  const { store, storeNews, introductionMemory } = stack.use(await openMemory({ ...base, opened }));
  const description = await readHostDescription(config);
  for (const problem of description.problems) log.component('host').warn(formatError(problem));
  const deviceSettings = createSettings(localSettings(settings));
  const access = cloudAccess(settings, description, config);
  const apiPort = config.listenPort ?? settings.listenPort ?? DEFAULT_PORT;
  const known = { ...base, opened, store, introductionMemory, description, deviceSettings, access, apiPort };

  const engine = stack.use(openEngine(known));
  stack.use(await claimEngine({ ...base, ...engine, onLost }));
  const { locks } = stack.use(await openLocks(base));
  const opening = stack.use(await openDevice({ ...known, engine, locks }));
  const { device, host, firewallProblems } = opening;
  const metrics = stack.use(createMetrics({ dataPath: config.dataMount }));
  const source = logSource(engine.engine);
  const cloud =
    mode.kind === 'unmanaged'
      ? null
      : stack.use(openCloud({ ...known, endpoint: mode.endpoint, opening, metrics, source }));
  const logs = stack.use(startLogs({ ...base, device, source, uploader: cloud?.uploader ?? null }));
  storeNews.passOn((message) => {
    logs.system(message);
    cloud?.uploader.system(message);
  });
  const checkJournal = journalCheck(engine.engine, clock);
  const cloudConnected = (): boolean | null => cloud?.connection.isConnected() ?? null;
  const clockDoubt = (): ClockDoubt | null => cloud?.connection.clockDoubt() ?? null;
  const conditions = createHealthConditions({
    ...known,
    configJson,
    firewallProblems,
    checkJournal,
    cloudConnected,
    clockDoubt,
  });
  const parts = { device, host, locks, logs, metrics, conditions, cloud };
  const server = stack.use(await openApi({ ...known, ...parts, engine: engine.engine }));
  if (config.notifiesSystemd) stack.use(await tellSystemd(config, device, log));

  const owned = stack.move();
  return { port: server.port, failure, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Loaded where systemd runs us without a container. */
async function tellSystemd(
  { watchdogInterval }: SupervisorConfig,
  device: Device,
  log: ProcessLogger,
): Promise<AsyncDisposable> {
  const [{ notifySystemd }, { runProgram }] = await Promise.all([
    import('./unit/notify-systemd.ts'),
    import('./boot/run-program.ts'),
  ]);
  const isAlive = (): boolean => device.health().healthy;
  return await notifySystemd({ watchdogInterval, isAlive, run: runProgram, clock, log: log.component('unit') });
}

/** The settings of config.json that targets have as well. */
function localSettings({ appUpdatePollInterval, apiTimeout }: ConfigJson): LocalSettings {
  return {
    ...(appUpdatePollInterval === undefined ? {} : { pollInterval: appUpdatePollInterval }),
    ...(apiTimeout === undefined ? {} : { apiRequestTimeout: apiTimeout }),
  };
}
