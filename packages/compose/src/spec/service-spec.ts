import type { TargetApp, TargetRelease, TargetService } from '@device-supervisor/state';
import { DEFAULT_CONTAINER_CONFIG, type ContainerConfig } from '../container-config.ts';
import type { FileToPut } from '../execute/ports.ts';
import type { EngineAbilities } from '../observed.ts';
import { readDependencies, type Dependency } from './dependencies.ts';
import type { DeviceFacts } from './device-facts.ts';
import { readFeatures, serviceLabels } from './feature-labels.ts';
import { FindingCollector, type Findings } from './findings.ts';
import { containerName, LABELS } from './names.ts';
import { noteLogsLevel, noteUnapplied } from './note-unapplied.ts';
import { readPeers, readVolumesFrom, type Peer } from './peers.ts';
import { readFiles } from './read-files.ts';
import { readHooks } from './read-hooks.ts';
import { readHostAccess } from './read-host-access.ts';
import { readLimits } from './read-limits.ts';
import { readNetworking } from './read-networking.ts';
import { readProcess } from './read-process.ts';
import { readPullPolicy, type PullPolicy } from './read-pull-policy.ts';
import { readStorage } from './read-storage.ts';
import { serviceEnvironment } from './service-environment.ts';
import { readUpdatePolicy, type UpdatePolicy } from './update-policy.ts';

/** A service as a container engine shall have it. */
export interface ServiceSpec {
  readonly service: TargetService;
  /** Name on the engine. */
  readonly containerName: string;
  /** Without what the image says. */
  readonly config: ContainerConfig;
  readonly dependencies: readonly Dependency[];
  /** Services whose containers `config` names: see {@link completeWithPeers}. */
  readonly peers: readonly Peer[];
  /** Engine names of the named volumes that it mounts. */
  readonly volumes: readonly string[];
  /** Contents of `config.files`. */
  readonly files: readonly FileToPut[];
  readonly updatePolicy: UpdatePolicy;
  /** `never`: the image has to be on the engine already. */
  readonly pullPolicy: PullPolicy;
  readonly findings: Findings;
}

export interface ServiceSpecContext {
  readonly app: TargetApp;
  readonly release: TargetRelease;
  readonly device: DeviceFacts;
  readonly abilities: EngineAbilities;
  /** Key of this service for the supervisor's API; a secret. */
  readonly supervisorApiKey: string | null;
}

/** Turns a service of a target into a container's configuration. Nothing is dropped without a finding. */
export function specifyService(service: TargetService, context: ServiceSpecContext): ServiceSpec {
  const { app, release, device, abilities } = context;
  const { composition } = service;
  const findings = new FindingCollector();
  const labels = serviceLabels(service);
  const usesHostNetwork = composition.network_mode === 'host';
  const features = readFeatures(labels, {
    device,
    supervisorApiKey: context.supervisorApiKey,
    usesHostNetwork,
    findings,
  });
  const networking = readNetworking(service, { app, release, features, findings, abilities });
  const storage = readStorage(service, { app, release, device, features, findings, abilities });
  const hostAccess = readHostAccess(composition, { findings, abilities, release });
  const { files, contents, directories } = readFiles(service, { release, device, findings, storage: storage.config });
  const config: ContainerConfig = {
    ...DEFAULT_CONTAINER_CONFIG,
    ...readProcess(composition, { findings, abilities }),
    ...readLimits(composition, { findings, abilities }),
    ...hostAccess,
    ...networking.config,
    ...storage.config,
    ...readHooks(composition, findings),
    volumesFrom: readVolumesFrom(composition, { release, findings }),
    anonymousVolumes: [...new Set([...storage.config.anonymousVolumes, ...directories])].sort(),
    files,
    deviceRequests: [...features.deviceRequests, ...hostAccess.deviceRequests],
    environment: serviceEnvironment(service, { app, device, features }),
    labels: {
      ...labels,
      [LABELS.supervised]: 'true',
      [LABELS.appId]: String(app.id),
      [LABELS.appUuid]: app.uuid,
      [LABELS.serviceId]: String(service.id),
      [LABELS.serviceName]: service.name,
    },
  };
  noteUnapplied(composition, findings);
  noteLogsLevel(config, findings);
  return {
    service,
    containerName: containerName(service, release),
    config,
    dependencies: readDependencies(service, release, findings),
    peers: readPeers(composition),
    volumes: storage.volumes,
    files: contents,
    updatePolicy: readUpdatePolicy(labels, findings),
    pullPolicy: readPullPolicy(composition.pull_policy, findings),
    findings,
  };
}
