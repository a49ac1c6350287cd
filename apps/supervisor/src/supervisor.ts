import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createApi, type ApiKeys, type RequestIdentity } from '@device-supervisor/api';
import { openConfigJson } from '@device-supervisor/config-json';
import { createDevice, resolveDeviceConfig, type Device } from '@device-supervisor/device';
import { createEngine } from '@device-supervisor/engine';
import { formatError } from '@device-supervisor/errors';
import { createMetrics, readHostDescription } from '@device-supervisor/host-facts';
import { createTimedLocks, createUpdateLocks } from '@device-supervisor/lockfile';
import { openStore } from '@device-supervisor/store';
import { cloudRegistry } from './cloud-registry.ts';
import type { SupervisorConfig } from './config.ts';
import { readBootId } from './boot-id.ts';
import { deviceFacts } from './device-facts.ts';
import { noCloudTags } from './device-tags.ts';
import { configureHost } from './host/configure-host.ts';
import { connectHost } from './host/connect-host.ts';
import { cloudAccess } from './managed/cloud-access.ts';
import { connectCloud, settingsOf } from './managed/connect-cloud.ts';
import { keepIdentity } from './managed/identity.ts';
import { loadPreload } from './managed/preload.ts';
import { withChangesReported } from './managed/report-keys.ts';
import { imageStorage } from './image-storage.ts';
import { publishKey } from './publish-key.ts';
import { cloudMetrics, hostMetrics, logMetrics, uploadMetrics } from './metric-sources.ts';
import { logSource } from './log-source.ts';
import { uploadLogs } from './managed/upload-logs.ts';
import { startLogs } from './start-logs.ts';
import { systemClock } from './system-clock.ts';
import { SUPERVISOR_VERSION } from './version.ts';

export interface Supervisor extends AsyncDisposable {
  /** Port of the API. */
  readonly port: number;
}

/** Looked for in this order where nothing says where the engine is. */
const ENGINE_SOCKETS = ['/var/run/docker.sock', '/var/run/balena-engine.sock'] as const;
/** In the host's memory; gone after a boot. */
const REPORT_ON_HOST = 'tmp/balena-supervisor/last-report.json';
/** Update locks on the host; services see their own directory of it. */
const LOCKS_ON_HOST = 'tmp/balena-supervisor/services';

/** Puts the packages together, starts to keep the device at its target and opens the API. */
export async function startSupervisor(config: SupervisorConfig, print: (message: string) => void): Promise<Supervisor> {
  await using stack = new AsyncDisposableStack();
  const onError = (error: unknown): void => print(`Fault: ${formatError(error)}`);

  const configJson = openConfigJson({ path: config.configJsonPath });
  const identity = await keepIdentity(configJson);
  const { config: settings, problems } = await configJson.read();
  for (const { key, message } of problems) print(`config.json: ${key} ${message}`);
  const endpoint = config.engineEndpoint ?? (await usualEndpoint());
  const port = config.listenPort ?? settings.listenPort ?? 48484;
  const store = stack.use(openStore({ path: config.databasePath, logger: print }));
  const managed = settings.apiEndpoint !== undefined;
  await loadPreload({ path: join(config.dataMount, 'apps.json'), store, managed, print });
  const description = await readHostDescription(config);
  for (const problem of description.problems) print(formatError(problem));
  const cloudClient = cloudAccess(settings, description);
  const registry = cloudRegistry({
    configJson: settings,
    identity: () => identity.current,
    settings: () => resolveDeviceConfig(store.targets.load('cloud')?.config ?? {}).settings,
    access: cloudClient,
    print,
  });
  const engine = stack.use(createEngine({ endpoint, ...registry }));
  const { credentials } = registry;
  const storage = imageStorage({
    engine,
    engineEndpoint: endpoint,
    rootMount: config.rootMount,
    credentials,
    access: cloudClient,
    print,
  });
  const lockFiles = stack.use(createUpdateLocks({ directory: join(config.rootMount, LOCKS_ON_HOST) }));
  const locks = stack.use(createTimedLocks({ locks: lockFiles, clock: systemClock }));
  // What cannot be removed now is found again by whoever takes that lock.
  const leftovers = await lockFiles.recoverLeftovers().catch((error: unknown) => (onError(error), []));
  for (const { path } of leftovers) print(`Removed our update lock ${path} of an earlier run`);

  const facts = deviceFacts(description, {
    identity: () => identity.current,
    name: settings.initialDeviceName ?? null,
    apiEndpoint: settings.apiEndpoint ?? null,
    apiPort: port,
    engineEndpoint: endpoint,
  });
  const bootId = await readBootId(config.bootIdPath);
  // The host takes the locks of all apps through the device, which in turn asks the host for reboots.
  const created = Promise.withResolvers<Device>();
  const lockAll: Device['lockAll'] = async (request) => await (await created.promise).lockAll(request);
  const host = stack.use(
    connectHost({ config, configJson, device: { lockAll }, clock: systemClock, onFault: onError }),
  );
  const reboots = await host.openReboots(bootId);
  const hostConfiguration = config.controlsHost
    ? stack.use(
        await configureHost({
          config,
          configJson,
          description,
          units: host.units,
          reboots,
          apiPort: port,
          clock: systemClock,
          print,
          onFault: onError,
        }),
      )
    : null;
  const device = stack.use(
    createDevice({
      engine,
      storage,
      locks,
      store,
      facts,
      managed,
      clock: systemClock,
      random: Math.random,
      bootId,
      ...(hostConfiguration === null ? {} : { reboots, deviceConfig: hostConfiguration.deviceConfig }),
    }),
  );
  created.resolve(device);
  const source = logSource(engine);
  const upload =
    settings.apiEndpoint === undefined
      ? null
      : stack.use(
          uploadLogs({
            access: cloudClient,
            endpoint: settings.logsEndpoint ?? settings.apiEndpoint,
            source,
            device,
            isWanted: () => settingsOf(device, settings).logControl,
            memory: store.settings,
            clock: systemClock,
            print,
          }),
        );
  const uploader = upload?.uploader ?? null;
  const logs = stack.use(startLogs({ device, source, uploader, clock: systemClock, print }));
  let keys: ApiKeys = store.apiKeys;
  if (config.alwaysRequireKey) {
    const published = await publishKey(store.apiKeys, config.databasePath, onError);
    keys = published.keys;
    print(`Clients need a key; the device's own is in ${published.path}`);
  }
  const metrics = stack.use(createMetrics({ dataPath: config.dataMount }));
  const requests = cloudMetrics(() => systemClock.monotonic());
  const cloud =
    settings.apiEndpoint === undefined
      ? null
      : stack.use(
          connectCloud({
            endpoint: settings.apiEndpoint,
            configJson: settings,
            identity,
            device,
            description,
            host,
            metrics,
            store,
            deviceConfig: hostConfiguration?.deviceConfig ?? null,
            apiPort: port,
            apiSecret: () => store.apiKeys.global(),
            reportMemoryPath: join(config.rootMount, REPORT_ON_HOST),
            access: cloudClient,
            onRegistered: (registered) => upload?.connect(registered),
            onRequest: requests.note,
            clock: systemClock,
            print,
          }),
        );
  const api = stack.use(
    createApi({
      device,
      host,
      locks,
      logs,
      keys: cloud === null ? keys : withChangesReported(keys, cloud.reportChange),
      tags: cloud?.tags ?? noCloudTags,
      ...(cloud === null ? {} : { lookForTarget: cloud.lookForTarget, cloudConnected: cloud.isConnected }),
      metrics: [
        logMetrics(logs),
        ...(uploader === null ? [] : [uploadMetrics(uploader), requests.source]),
        hostMetrics(metrics),
      ],
      version: SUPERVISOR_VERSION,
      requiresKey: () => config.alwaysRequireKey || !device.localMode,
      onError: (error, request) => print(describeFault(error, request)),
    }),
  );
  const server = stack.use(
    await api.listen({ port, ...(config.listenAddresses === null ? {} : { allow: config.listenAddresses }) }),
  );
  print(`API listens on port ${server.port}`);
  const owned = stack.move();
  return { port: server.port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function describeFault(error: unknown, request: RequestIdentity | undefined): string {
  const where = request === undefined ? '' : ` (${request.method} ${request.path}, request ${request.id ?? 'unnamed'})`;
  return `Fault${where}: ${formatError(error)}`;
}

async function usualEndpoint(): Promise<string> {
  for (const path of ENGINE_SOCKETS) {
    const [present] = await Promise.allSettled([access(path)]);
    if (present.status === 'fulfilled') return `unix://${path}`;
  }
  // It may come later: the engine is looked for again and again.
  return `unix://${ENGINE_SOCKETS[0]}`;
}
