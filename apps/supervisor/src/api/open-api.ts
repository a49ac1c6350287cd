import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  createApi,
  useLightObjects,
  type HealthCondition,
  type RequestIdentity,
  type Server,
} from '@device-supervisor/api';
import type { Device } from '@device-supervisor/device';
import type { Engine } from '@device-supervisor/engine';
import { formatError } from '@device-supervisor/errors';
import type { Metrics } from '@device-supervisor/host-facts';
import type { LogRouter } from '@device-supervisor/logs';
import type { Store } from '@device-supervisor/store';
import { processMemory } from '../process-memory.ts';
import type { SupervisorConfig } from '../config.ts';
import type { OpenedLocks } from '../device/open-locks.ts';
import type { ConnectedHost } from '../host/connect-host.ts';
import type { OpenedIdentity } from '../identity/open-identity.ts';
import { wasManaged } from '../identity/was-managed.ts';
import type { Logger } from '../log/create-logger.ts';
import { settingMemory } from '../managed/connect-cloud.ts';
import type { ManagedDevice } from '../managed/open-cloud.ts';
import { withChangesReported } from '../managed/report-keys.ts';
import { BUILD, CONTRACT_VERSION } from '../version.ts';
import { keptTags } from './device-tags.ts';
import { buildMetrics, hostMetrics, logMetrics, uploadMetrics } from './metric-sources.ts';
import { isOnEngineBridge } from './engine-bridges.ts';
import { pageFiles } from './page-files.ts';
import { publishKey } from './publish-key.ts';
import { usageSource } from './usage-source.ts';

export interface OpenApiDependencies {
  readonly config: SupervisorConfig;
  readonly device: Device;
  readonly engine: Pick<Engine, 'containerUsage' | 'info'>;
  readonly host: ConnectedHost;
  readonly locks: OpenedLocks['locks'];
  readonly logs: LogRouter;
  readonly store: Pick<Store, 'apiKeys' | 'settings' | 'targets'>;
  readonly opened: Pick<OpenedIdentity, 'mode' | 'settings'>;
  readonly metrics: Metrics;
  readonly conditions: () => Promise<readonly HealthCondition[]>;
  /** `null`: there is none. */
  readonly cloud: ManagedDevice | null;
  readonly apiPort: number;
  readonly log: Logger;
}

const LEFT_CLOUD =
  'Put apiEndpoint back into config.json; or, if the device has left its cloud for good, remove registered_at and the database';

/** Beside the program, where the bundle puts it. */
const PAGE_FOLDER = 'page';

/** Serves the API. */
export async function openApi(dependencies: OpenApiDependencies): Promise<Server> {
  const { config, device, engine, host, locks, logs, store, metrics, conditions, cloud, apiPort } = dependencies;
  const log = dependencies.log.component('api');
  const past = wasManaged(dependencies);
  if (past !== null) log.warn(`The device is unmanaged, but ${past}: clients need a key. ${LEFT_CLOUD}`);
  const asksAlways = config.alwaysRequireKey || past !== null;
  const { keys, path } = await publishedKeys({ config, store, log });
  if (asksAlways) log.info(`Clients need a key; the device's own is in ${path}`);
  useLightObjects();
  const api = createApi({
    device,
    host,
    locks,
    logs,
    keys: cloud === null ? keys : withChangesReported(keys, cloud.connection.reportChange),
    tags: cloud?.connection.tags ?? keptTags(settingMemory(store, 'tags-to-report')),
    ...(cloud === null
      ? {}
      : { lookForTarget: cloud.connection.lookForTarget, cloudConnected: cloud.connection.isConnected }),
    conditions,
    metrics: [
      buildMetrics,
      logMetrics(logs),
      ...(cloud === null ? [] : [uploadMetrics(cloud.uploader), cloud.metrics]),
      hostMetrics(metrics),
    ],
    version: CONTRACT_VERSION,
    build: BUILD,
    page: pageFiles(join(import.meta.dirname, PAGE_FOLDER)),
    usage: usageSource({
      device,
      engine,
      metrics,
      monotonic: () => performance.now(),
      processors: availableParallelism(),
    }),
    facts: async () => ({ engine: await engine.info(), host: await metrics.read(), program: describeProgram() }),
    requiresKey: () => asksAlways || !device.localMode,
    isContainer: (connection) => isOnEngineBridge(connection),
    memory: processMemory,
    onError: (error, request) => log.error(describeFault(error, request)),
  });
  const allowed = config.listenAddresses;
  const server = await api.listen({ port: apiPort, ...(allowed === null ? {} : { allow: allowed }) });
  const needsKey = asksAlways || !device.localMode;
  log.info(
    `API listens on port ${server.port} (${allowed?.join(', ') ?? 'all addresses'}); ` +
      (needsKey ? 'clients need a key' : 'no key is needed, as the device is in local mode'),
  );
  return server;
}

/** The process and its machine. */
function describeProgram(): object {
  const { version, arch, platform } = process;
  return { node: version, arch, platform, processors: availableParallelism(), memory: process.memoryUsage() };
}

type KeyDependencies = Pick<OpenApiDependencies, 'config' | 'store' | 'log'>;

function publishedKeys({ config, store, log }: KeyDependencies): ReturnType<typeof publishKey> {
  const onFault = (error: unknown): void => log.error(`Fault: ${formatError(error)}`);
  return publishKey(store.apiKeys, config.databasePath, onFault);
}

function describeFault(error: unknown, request: RequestIdentity | undefined): string {
  const where = request === undefined ? '' : ` (${request.method} ${request.path}, request ${request.id ?? 'unnamed'})`;
  return `Fault${where}: ${formatError(error)}`;
}
