import type { TargetApp } from '@device-supervisor/state';
import type { ContainerConfig, UpdatableConfig } from '../container-config.ts';
import type { ObservedContainer, ObservedImage } from '../observed.ts';
import { findCycles, inOrder } from '../order.ts';
import { serviceKey } from '../plan-input.ts';
import type { Blocked } from '../plan-output.ts';
import { withImageDefaults } from '../spec/image-defaults.ts';
import { completeWithPeers } from '../spec/peers.ts';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { compareContainers, updateInPlace } from './compare.ts';
import { expectationOf } from './foreign-container.ts';
import { decideHandOver, handOverObstacle, serviceContainers, type HandOver } from './hand-over.ts';
import type { IndexedInput } from './indexed-input.ts';
import { addressProblem } from '../spec/addresses.ts';
import { connectsAtStart, type NetworkDecision, type VolumeDecision } from './networks-and-volumes.ts';

/** The decision on one service and its container. */
export interface ServiceDecision {
  readonly spec: ServiceSpec;
  /** The container of the service now. */
  readonly current: ObservedContainer | null;
  /** `null`: `current` takes over from no other container. */
  readonly handOver: HandOver | null;
  readonly action: ServiceAction;
  /** Whether the service shall run: a client's request overrides the target. */
  readonly running: boolean;
  /** With the parts that only the engine knows; `null`: the container cannot be created yet. */
  readonly config: ContainerConfig | null;
}

/**
 * - `hold`: nothing is done, for the given reason
 * - `keep`: the container is right, except for its name, whether it runs, and what `update` changes on it
 * - `create`: there is no container
 * - `replace`: another container takes its place
 */
export type ServiceAction =
  | { readonly kind: 'hold'; readonly blocked: BlockCause | null }
  | {
      readonly kind: 'keep';
      readonly update: { readonly config: UpdatableConfig; readonly cause: string } | null;
      /** Why the container is stopped and started again as it is. */
      readonly restart?: string;
      /** The parts of the target that it lacks, with the reason. */
      readonly notice?: string;
    }
  | { readonly kind: 'create'; readonly cause: string }
  | {
      readonly kind: 'replace';
      readonly cause: string;
      readonly order: ReplaceOrder;
      /** The old container is removed before the new one is created; otherwise it stays until the new one has started. */
      readonly removeFirst: boolean;
      readonly notice?: string;
    };

/**
 * - `requested`: the container is right, and a client asked for another one
 * - `hand-over`: the container runs until the new one took over
 */
export type ReplaceOrder = 'download-first' | 'kill-first' | 'delete-first' | 'hand-over' | 'requested';

export type BlockCause = Pick<Blocked, 'reason' | 'message'>;

/** The cause of an operation that the target does not ask for. */
export const REQUESTED = 'a client asked for it';

/** The context of the decisions on an app's services. */
export interface ServicesContext {
  readonly input: IndexedInput;
  readonly target: TargetApp;
  /** By engine name, of the app and of the device. */
  readonly networks: ReadonlyMap<string, NetworkDecision>;
  /** By engine name. */
  readonly volumes: ReadonlyMap<string, VolumeDecision>;
}

/** Compares an app's services with their containers. In order of their dependencies. */
export function decideServices(specs: readonly ServiceSpec[], context: ServicesContext): ServiceDecision[] {
  const { input, target } = context;
  const byName = new Map(specs.map((spec) => [spec.service.name, spec]));
  const edges = new Map(specs.map((spec) => [spec.service.name, spec.dependencies.map(({ service }) => service)]));
  const cycles = findCycles(edges);
  const cycleOf = (name: string): readonly string[] | undefined => cycles.find((cycle) => cycle.includes(name));
  const ordered = inOrder([...byName.keys()], (name) => (cycleOf(name) === undefined ? (edges.get(name) ?? []) : []));
  const containers = Map.groupBy(
    input.containersByApp.get(target.id) ?? [],
    ({ identity }) => identity?.serviceName ?? '',
  );
  const decisions = new Map<string, ServiceDecision>();
  for (const name of ordered) {
    const spec = byName.get(name);
    if (spec === undefined) continue;
    const { current, predecessor } = serviceContainers(containers.get(name) ?? [], spec);
    const running = input.policy.requests.running.get(serviceKey(target.id, name)) ?? spec.service.running;
    const peers = new Map(spec.peers.map(({ service }) => [service, decisions.get(service) ?? null]));
    const blocked = obstacleOf(spec, cycleOf(name), context);
    const handOver: HandOver | null = predecessor === null ? null : { kind: 'held', predecessor };
    decisions.set(
      name,
      blocked === null
        ? decideService(current, predecessor, { ...context, spec, running, peers })
        : { spec, current, handOver, action: { kind: 'hold', blocked }, running, config: null },
    );
  }
  return [...decisions.values()];
}

/** One service of an app. */
interface Subject extends ServicesContext {
  readonly spec: ServiceSpec;
  readonly running: boolean;
  /** Decisions on the services whose containers this one needs. */
  readonly peers: ReadonlyMap<string, ServiceDecision | null>;
}

/** Why the service cannot run as the target asks; `null`: it can. */
function obstacleOf(
  { service, config, findings, volumes: mounted, pullPolicy }: ServiceSpec,
  cycle: readonly string[] | undefined,
  { input, networks, volumes }: ServicesContext,
): BlockCause | null {
  if (findings.problems.length > 0) {
    const message = findings.problems.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
    return { reason: 'invalid', message };
  }
  if (cycle !== undefined) {
    return { reason: 'invalid', message: `depends_on: cycle ${[...cycle, cycle[0]].join(' → ')}` };
  }
  const attached = Object.keys(config.networks).flatMap((name) => networks.get(name) ?? []);
  const address = addressProblem(
    config,
    attached.map(({ spec: network }) => network),
  );
  if (address !== null) return { reason: 'invalid', message: address };
  const taken = attached.find(({ status }) => status === 'taken');
  if (taken !== undefined) {
    const message = `networks: a network ${taken.spec.name} exists that is not ours; remove or rename it`;
    return { reason: 'name-taken', message };
  }
  if (pullPolicy === 'never' && input.imageOf(service) === undefined) {
    const message = `pull_policy: never, and image ${service.image} is not on the device`;
    return { reason: 'invalid', message };
  }
  const used = mounted.flatMap((name) => volumes.get(name) ?? []);
  const missing = [...attached, ...used].find(({ status }) => status === 'missing');
  if (missing !== undefined) {
    return { reason: 'dependency', message: `waits for ${missing.spec.name}, which is external, to be made` };
  }
  const volume = used.find(({ status }) => status === 'taken');
  if (volume !== undefined) {
    const message = `volumes.${volume.name}: a volume ${volume.spec.name} exists that is not ours; remove or rename it`;
    return { reason: 'name-taken', message };
  }
  return null;
}

function decideService(
  current: ObservedContainer | null,
  predecessor: ObservedContainer | null,
  subject: Subject,
): ServiceDecision {
  const decision = decideContainer(current, subject);
  if (current === null || predecessor === null) return decision;
  const handOver = decideHandOver({ successor: current, predecessor }, { ...subject, appId: subject.target.id });
  if (handOver.kind === 'complete') return { ...decision, handOver };
  // A successor that the target no longer asks for never took over: the old container still stands for the service.
  if (decision.action.kind === 'replace') return decideContainer(predecessor, subject);
  if (handOver.kind === 'replacing') {
    // The old one is right after all: a client's request for another one has ended.
    const old = decideContainer(predecessor, subject);
    return old.action.kind === 'keep' ? old : { ...decision, handOver };
  }
  return handOver.kind === 'failed'
    ? { ...decision, handOver, action: { kind: 'hold', blocked: { reason: 'hand-over', message: handOver.cause } } }
    : { ...decision, handOver };
}

function decideContainer(current: ObservedContainer | null, subject: Subject): ServiceDecision {
  const { input, spec, running, peers } = subject;
  const config = completeWithPeers(spec.config, (service) => containerThatStays(peers.get(service)));
  const decide = (action: ServiceAction): ServiceDecision => ({
    spec,
    current,
    handOver: null,
    action,
    running,
    config,
  });
  const held = spec.peers.find(({ service }) => peers.get(service)?.action.kind === 'hold');
  if (held !== undefined) {
    const message = `${held.field}: waits for ${held.service}`;
    return decide({ kind: 'hold', blocked: { reason: 'dependency', message } });
  }
  const image = input.imageOf(spec.service);
  const { contentId } = spec.service;
  if (image === undefined && contentId !== undefined && current?.imageId !== contentId) {
    const message = `the image that ${spec.service.image} named when the target was set is gone; set the target again`;
    return decide({ kind: 'hold', blocked: { reason: 'invalid', message } });
  }
  if (current === null) return decide({ kind: 'create', cause: 'does not exist' });
  if (current.status === 'removing') {
    return decide({ kind: 'hold', blocked: { reason: 'engine', message: 'its container is being removed' } });
  }
  if (current.damage?.isFinal === false) {
    const message = `the engine does not describe its container: ${current.damage.reason}`;
    return decide({ kind: 'hold', blocked: { reason: 'engine', message } });
  }
  const order = stopFirstOrder(spec);
  const removeFirst = reasonToRemoveFirst(current, subject);
  if (removeFirst !== null) return decide({ kind: 'replace', cause: removeFirst, order, removeFirst: true });
  const network = replacedNetwork(current, subject);
  if (network !== null) {
    const cause = `network ${network} is replaced`;
    return decide({ kind: 'replace', cause, order, removeFirst: isKillFirst(order) });
  }
  if (config === null) {
    const missing = spec.peers.find(({ service }) => containerThatStays(peers.get(service)) === null);
    return decide({
      kind: 'replace',
      cause: `the container of ${missing?.service} is replaced`,
      order,
      removeFirst: true,
    });
  }
  const replace = (cause: string): ServiceDecision =>
    decide({ kind: 'replace', cause, ...replaceOrder(current, subject) });
  if (image === undefined) {
    // The engine lost the tag. Whether the container is still right shows when the image is back.
    return current.imageReference === spec.service.image || current.imageId === contentId
      ? decide({ kind: 'hold', blocked: null })
      : replace(`image ${current.imageReference} → ${spec.service.image}`);
  }
  const expectation =
    image.config === undefined ? null : expectationOf(current, spec, withImageDefaults(config, image.config));
  const wanted = expectation?.config ?? null;
  const differences = differencesOf(current, { image, wanted, reference: spec.service.image });
  if (differences.length > 0) {
    const cause = differences.join('; ');
    const isSameImage = image.id === current.imageId;
    // After a failed update, a container that is created with the limits ends the attempts.
    const isRefused = input.policy.paused.has(updateContainerId(current));
    const update = wanted === null || !isSameImage || isRefused ? null : updateInPlace(current.config, wanted);
    return update === null ? replace(cause) : decide({ kind: 'keep', update: { config: update, cause } });
  }
  if (input.policy.requests.containers.get(current.id) === 'replace') {
    return decide({ kind: 'replace', cause: REQUESTED, order: 'requested', removeFirst: false });
  }
  const restart = reasonToRestart(current, subject);
  const notice = expectation?.notice ?? null;
  return decide({
    kind: 'keep',
    update: null,
    ...(restart === null ? {} : { restart }),
    ...(notice === null ? {} : { notice }),
  });
}

function containerThatStays(decision: ServiceDecision | null | undefined): string | null {
  return decision?.action.kind === 'keep' ? (decision.current?.id ?? null) : null;
}

/** Why the container has to be removed before another one can be created, whatever differs; `null`: it need not. */
function reasonToRemoveFirst(current: ObservedContainer, { spec, networks, volumes, input }: Subject): string | null {
  if (current.damage !== undefined) return `damaged: ${current.damage.reason}`;
  if (current.status === 'dead') return 'the container is dead';
  if (input.damagedImages.has(spec.service.image) && !comesUp(current, input)) return 'its image is damaged';
  const ids = new Set(current.networkIds);
  const attached = [spec.config, current.config].flatMap((config) => Object.keys(config.networks));
  const duplicate = attached.find((name) => isDuplicate(networks.get(name), ids));
  if (duplicate !== undefined) return `network ${duplicate} is there twice`;
  const mounted = [...spec.volumes, ...current.config.mounts.map(({ source }) => source)];
  const volume = mounted.find((name) => volumes.get(name)?.status === 'replaced');
  return volume === undefined ? null : `volume ${volume} is replaced`;
}

/** Whether it runs, or has run and may again. */
function comesUp({ id, startedAt, status, error }: ObservedContainer, { policy }: IndexedInput): boolean {
  if (startedAt === null || policy.crashLooping.has(id)) return false;
  return error === '' || status === 'running';
}

function isDuplicate(network: NetworkDecision | undefined, ids: ReadonlySet<string>): boolean {
  return network?.status !== 'changed' && network?.surplus.some(({ id }) => ids.has(id)) === true;
}

/** A network of the container that is replaced; of the old and the new configuration, since other services wait for it. */
function replacedNetwork(current: ObservedContainer, { spec, networks }: Subject): string | null {
  const attached = [spec.config, current.config].flatMap((one) => Object.keys(one.networks));
  const replaced = attached.find((name) => networks.get(name)?.status === 'changed');
  return replaced === undefined || connectsAtStart(current) ? null : replaced;
}

/** Why a container that is right has to start again; `null`: it need not. */
function reasonToRestart({ status, startedAt }: ObservedContainer, { spec, peers }: Subject): string | null {
  if (status !== 'running' || startedAt === null) return null;
  // It keeps the namespace of the owner's earlier run, which has no network any more.
  const owner = spec.peers.find(({ service, field }) => {
    const current = field === 'volumes_from' ? null : (peers.get(service)?.current ?? null);
    return current?.status === 'running' && current.startedAt !== null && current.startedAt > startedAt;
  });
  return owner === undefined ? null : `${owner.service}, whose ${NAMESPACES[owner.field]} it shares, started after it`;
}

const NAMESPACES = { network_mode: 'network', pid: 'processes', ipc: 'memory', volumes_from: 'volumes' } as const;

/** The order that the service's label asks for, as far as it is possible. */
function replaceOrder(
  current: ObservedContainer,
  { spec, running }: Subject,
): { readonly order: ReplaceOrder; readonly removeFirst: boolean; readonly notice?: string } {
  const order = stopFirstOrder(spec);
  if (spec.updatePolicy.strategy !== 'hand-over') return { order, removeFirst: isKillFirst(order) };
  const obstacle = handOverObstacle(current, { spec, running });
  if (obstacle === null) return { order: 'hand-over', removeFirst: false };
  const notice = `io.balena.update.strategy hand-over: ${obstacle.reason}, so the old one is stopped first`;
  return { order, removeFirst: false, ...(obstacle.notice ? { notice } : {}) };
}

function stopFirstOrder({ updatePolicy }: ServiceSpec): ReplaceOrder {
  switch (updatePolicy.strategy) {
    case 'kill-then-download':
      return 'kill-first';
    case 'delete-then-download':
      return 'delete-first';
    case 'download-then-kill':
    case 'hand-over':
      return 'download-first';
  }
}

function isKillFirst(order: ReplaceOrder): boolean {
  return order === 'kill-first' || order === 'delete-first';
}

interface WantedContainer {
  readonly image: ObservedImage;
  readonly reference: string;
  /** With what the image says; `null`: the image was not inspected. */
  readonly wanted: ContainerConfig | null;
}

function differencesOf(current: ObservedContainer, { image, wanted, reference }: WantedContainer): string[] {
  if (image.id === current.imageId) return wanted === null ? [] : compareContainers(current.config, wanted);
  return [
    current.imageReference === reference
      ? `image ${reference} has new content`
      : `image ${current.imageReference} → ${reference}`,
  ];
}

/** Id of the operation that changes a container in place. */
export function updateContainerId({ name }: Pick<ObservedContainer, 'name'>): string {
  return `update-container ${name}`;
}

export function isStopped({ status }: ObservedContainer): boolean {
  return status === 'created' || status === 'exited' || status === 'dead';
}
