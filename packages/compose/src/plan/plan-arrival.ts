import type { ContainerConfig } from '../container-config.ts';
import type { EngineSnapshot, ObservedContainer } from '../observed.ts';
import { LABELS } from '../spec/names.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { REQUESTED, type ServiceDecision } from './decide-service.ts';
import { isPredecessorName } from './hand-over.ts';
import { departureIds, surplusRemovalIds } from './plan-departure.ts';
import type { PlanDraft } from './plan-draft.ts';
import { pullImageId } from './plan-images.ts';
import { createNetworkId, duplicateRemovalIds, stopContainerId } from './plan-networks.ts';
import type { ServicesContext } from './services-context.ts';
import { createVolumeId } from './plan-volumes.ts';
import type { PlanContext } from './plan-input.ts';
import { startCause, unmetCondition } from './start-rules.ts';
import { updateContainerId } from './update-in-place.ts';

/** Creates a service's container and attaches it to its networks. */
export function planArrival(decision: ServiceDecision, { app, input, draft, locks, surplus }: ServicesContext): void {
  const { spec, current, action } = decision;
  if (action.kind !== 'create' && action.kind !== 'replace') return;
  // It gets its own name back first; the next plan begins the hand-over anew.
  if (isCutShort(decision)) return;
  const { name: service, image } = spec.service;
  const config = configToCreate(decision, input);
  if (config === null) {
    draft.block({
      appId: app.id,
      service,
      reason: 'dependency',
      message: `network_mode: waits for the container of ${spec.networkOf}`,
    });
    return;
  }
  const needed = [
    pullImageId(image),
    ...Object.keys(config.networks).map(createNetworkId),
    ...spec.volumes.map(createVolumeId),
  ];
  const create = draft.add(
    {
      kind: 'create-container',
      id: createContainerId(spec),
      dependsOn: [
        // While an app is updated, nothing of the new release comes before the locks are ours.
        ...(locks.acquired === null ? [] : [locks.acquired]),
        ...(current === null ? [] : departureIds(current, draft)),
        ...surplusRemovalIds(service, { surplus }),
        ...needed.filter((id) => draft.has(id)),
      ],
      cause: action.cause,
      appId: app.id,
      service,
      name: spec.containerName,
      image,
      config,
    },
    duplicateRemovalIds(Object.keys(config.networks), input.snapshot),
  );
  planFiles(decision, { app, draft, container: spec.containerName, dependsOn: [create] });
  for (const [network, endpoint] of Object.entries(config.networks)) {
    if (network === config.networkMode) continue;
    draft.add({
      kind: 'connect-network',
      id: connectNetworkId(spec, network),
      dependsOn: [create],
      cause: action.cause,
      appId: app.id,
      service,
      container: spec.containerName,
      network,
      endpoint,
    });
  }
}

interface FilesPlan extends Pick<ServicesContext, 'app' | 'draft'> {
  /** Its name or id. */
  readonly container: string;
  readonly dependsOn: readonly string[];
}

/** Puts a service's files into its container, which has not been started yet. */
function planFiles({ spec }: ServiceDecision, { app, draft, container, dependsOn }: FilesPlan): void {
  const { service, files, containerName } = spec;
  if (files.length === 0) return;
  draft.add({
    kind: 'put-files',
    id: putFilesId(containerName),
    dependsOn,
    cause: 'the service has configs or secrets',
    appId: app.id,
    service: service.name,
    container,
    files,
  });
}

function isCutShort({ current, action }: ServiceDecision): boolean {
  return action.kind === 'replace' && action.order === 'hand-over' && isPredecessorName(current?.name ?? '');
}

/** A container that waits for a reboot carries the name of the boot that it was created in. */
function configToCreate({ spec, action, config }: ServiceDecision, { bootId }: PlanContext): ContainerConfig | null {
  const requested = action.kind === 'replace' && action.order === 'requested';
  if (config === null || bootId === null || requested || !spec.updatePolicy.requiresReboot) return config;
  return { ...config, labels: { ...config.labels, [LABELS.bootId]: bootId } };
}

/** Starts a service's container if it is to run and does not, once what it depends on is as it must be. */
export function planStart(
  decision: ServiceDecision,
  decisions: readonly ServiceDecision[],
  { app, input, draft, surplus }: ServicesContext,
): void {
  const { spec, current, action, running } = decision;
  if (action.kind === 'hold' || !running) return;
  const arrives = draft.has(createContainerId(spec));
  if (action.kind !== 'keep' && !arrives) return;
  const cause = action.kind === 'keep' ? keepCause(current, input) : action.cause;
  if (cause === null) return;
  const block = (reason: 'dependency' | 'reboot', message: string): void =>
    draft.block({ appId: app.id, service: spec.service.name, reason, message });
  if (waitsForReboot(decision, input)) return block('reboot', 'it starts after the device was rebooted');
  const dependsOn = arrives
    ? [
        createContainerId(spec),
        ...Object.keys(spec.config.networks)
          .map((name) => connectNetworkId(spec, name))
          .filter((id) => draft.has(id)),
      ]
    : surplusRemovalIds(spec.service.name, { surplus });
  // Whether they were put there does not show: it was interrupted, or the next thing after it was.
  if (!arrives && current?.startedAt === null) {
    planFiles(decision, { app, draft, container: current.id, dependsOn: [] });
  }
  if (draft.has(putFilesId(spec.containerName))) dependsOn.push(putFilesId(spec.containerName));
  for (const dependency of spec.dependencies) {
    const other = decisions.find((one) => one.spec.service.name === dependency.service);
    const state = dependencyState(dependency, other, draft);
    if (state.kind === 'waits') return block('dependency', `depends_on: ${state.message}`);
    if (state.kind === 'planned') dependsOn.push(state.id);
  }
  draft.add(
    {
      kind: 'start-container',
      id: startContainerId(spec),
      dependsOn,
      cause,
      appId: app.id,
      service: spec.service.name,
      container: arrives || current === null ? spec.containerName : current.id,
    },
    [
      ...portOwners(spec, input.snapshot).map(stopContainerId),
      ...(current === null ? [] : [updateContainerId(current)]),
    ],
  );
}

function waitsForReboot({ spec, current, action }: ServiceDecision, { bootId }: PlanContext): boolean {
  if (!spec.updatePolicy.requiresReboot || bootId === null) return false;
  if (action.kind === 'replace') return action.order !== 'requested';
  if (action.kind === 'create') return true;
  return current?.startedAt === null && current.config.labels[LABELS.bootId] === bootId;
}

type DependencyState =
  | { readonly kind: 'met' }
  | { readonly kind: 'planned'; readonly id: string }
  | { readonly kind: 'waits'; readonly message: string };

function dependencyState(
  dependency: ServiceSpec['dependencies'][number],
  other: ServiceDecision | undefined,
  draft: PlanDraft,
): DependencyState {
  if (other === undefined) return { kind: 'met' };
  const start = startContainerId(other.spec);
  if (dependency.condition === 'service_started' && draft.has(start)) return { kind: 'planned', id: start };
  const stays = other.action.kind === 'keep' || other.action.kind === 'hold';
  const message = unmetCondition(dependency, stays ? other.current : null);
  return message === null ? { kind: 'met' } : { kind: 'waits', message };
}

function keepCause(current: ObservedContainer | null, { policy }: PlanContext): string | null {
  if (current === null) return null;
  const asked = policy.requests.containers.get(current.id) === 'start' && current.status === 'exited';
  return startCause(current, policy.seenRunning) ?? (asked ? REQUESTED : null);
}

/** Containers whose ports on the host the service wants. */
function portOwners({ config }: ServiceSpec, { containers }: EngineSnapshot): ObservedContainer[] {
  const portsOf = (bindings: ServiceSpec['config']['portBindings']): string[] =>
    bindings
      .filter(({ hostPort }) => hostPort !== '')
      .map(({ hostPort, containerPort }) => `${hostPort}/${containerPort.split('/')[1] ?? 'tcp'}`);
  const wanted = new Set(portsOf(config.portBindings));
  if (wanted.size === 0) return [];
  return containers.filter((container) => portsOf(container.config.portBindings).some((port) => wanted.has(port)));
}

function putFilesId(container: string): string {
  return `put-files ${container}`;
}

function createContainerId({ containerName }: ServiceSpec): string {
  return `create-container ${containerName}`;
}

function startContainerId({ containerName }: ServiceSpec): string {
  return `start-container ${containerName}`;
}

function connectNetworkId({ containerName }: ServiceSpec, network: string): string {
  return `connect-network ${containerName} to ${network}`;
}
