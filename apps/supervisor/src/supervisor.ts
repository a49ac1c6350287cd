import { join } from 'node:path';
import type { ConfigJson } from '@device-supervisor/config-json';
import { createSettings, type LocalSettings } from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import { createMetrics, readHostDescription } from '@device-supervisor/host-facts';
import { openStore } from '@device-supervisor/store';
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
import { openIntroductionMemory } from './managed/introduction-memory.ts';
import { openCloud } from './managed/open-cloud.ts';
import { loadPreload } from './managed/preload.ts';
import { systemClock as clock } from '@device-supervisor/primitives/system-clock';
import { BUILD, CONTRACT_VERSION } from './version.ts';

export interface Supervisor extends AsyncDisposable {
  /** Port of the API. */
  readonly port: number;
  /** Rejects when it cannot go on; never resolves. */
  readonly failure: Promise<never>;
}

/** In the host's memory, gone after a boot; containers see their own update locks of it. */
const VOLATILE_ON_HOST = 'tmp/balena-supervisor';

const DEFAULT_PORT = 48484;

/** Puts the parts together, in the order in which they need each other; they end in the reverse order. */
export async function startSupervisor(config: SupervisorConfig, log: ProcessLogger): Promise<Supervisor> {
  await using stack = new AsyncDisposableStack();
  const failure = Promise.withResolvers<never>();
  const onFault = (error: unknown): void => log.error(`Fault: ${formatError(error)}`);
  const printer = (component: string) => {
    const part = log.component(component);
    return (message: string): void => part.info(message);
  };
  log.info(`Supervisor ${BUILD.version} (commit ${BUILD.commit}, contract ${CONTRACT_VERSION}) starts`);

  const opened = await openIdentity({ config, log: log.component('identity'), hide: log.hide });
  const { settings, mode, identity } = opened;
  const deviceSettings = createSettings(localSettings(settings));
  log.info(`Device ${identity.current.uuid} is ${mode.kind}: ${mode.reason}`);
  const apiPort = config.listenPort ?? settings.listenPort ?? DEFAULT_PORT;
  const volatile = join(config.rootMount, VOLATILE_ON_HOST);

  const store = stack.use(openStore({ path: config.databasePath, logger: printer('store') }));
  const introductionMemory = openIntroductionMemory(store, { isRegistered: (settings.registered_at ?? 0) > 0 });
  await loadPreload({
    path: join(config.dataMount, 'apps.json'),
    store,
    managed: mode.kind === 'managed',
    print: printer('preload'),
  });
  const description = await readHostDescription(config);
  for (const problem of description.problems) log.component('host').warn(formatError(problem));
  const access = cloudAccess(settings, description, config);

  const engine = stack.use(openEngine({ config, opened, deviceSettings, access, log: log.component('engine') }));
  stack.use(
    await claimEngine({
      ...engine,
      directory: volatile,
      clock,
      log: log.component('engine'),
      onLost: failure.reject,
    }),
  );
  const { locks } = stack.use(await openLocks({ directory: volatile, clock, log: log.component('locks'), onFault }));
  const opening = stack.use(
    await openDevice({
      config,
      opened,
      description,
      store,
      deviceSettings,
      engine,
      locks,
      apiPort,
      isReported: () => introductionMemory.load() === null,
      clock,
      log,
      onFault,
    }),
  );
  const { device, host } = opening;
  const metrics = stack.use(createMetrics({ dataPath: config.dataMount }));

  const source = logSource(engine.engine);
  const cloud =
    mode.kind === 'unmanaged'
      ? null
      : stack.use(
          openCloud({
            endpoint: mode.endpoint,
            opened,
            opening,
            description,
            store,
            introductionMemory,
            deviceSettings,
            metrics,
            source,
            access,
            apiPort,
            reportMemoryPath: join(volatile, 'last-report.json'),
            logPositionsPath: join(volatile, 'log-positions.json'),
            clock,
            log: log.component('cloud'),
          }),
        );
  const logs = stack.use(
    startLogs({ device, source, uploader: cloud?.uploader ?? null, clock, print: printer('device') }),
  );
  const conditions = createHealthConditions({
    config,
    store,
    configJson: opened.configJson,
    clock,
    firewallProblems: opening.firewallProblems,
    checkJournal: journalCheck(engine.engine, clock),
    cloudConnected: () => cloud?.connection.isConnected() ?? null,
  });
  const api = stack.use(
    await openApi({ config, device, host, locks, logs, store, metrics, conditions, cloud, log: log.component('api') }),
  );
  const allowed = config.listenAddresses;
  const server = stack.use(await api.listen({ port: apiPort, ...(allowed === null ? {} : { allow: allowed }) }));
  const needsKey = config.alwaysRequireKey || !device.localMode;
  log.info(
    `API listens on port ${server.port} (${allowed?.join(', ') ?? 'all addresses'}); ` +
      (needsKey ? 'clients need a key' : 'no key is needed, as the device is in local mode'),
  );
  const owned = stack.move();
  return { port: server.port, failure: failure.promise, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What config.json says of settings that targets have as well. */
function localSettings({ appUpdatePollInterval, apiTimeout }: ConfigJson): LocalSettings {
  return {
    ...(appUpdatePollInterval === undefined ? {} : { pollInterval: appUpdatePollInterval }),
    ...(apiTimeout === undefined ? {} : { apiRequestTimeout: apiTimeout }),
  };
}
