import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { ObservedContainer } from '../observed.ts';
import { specifyService, type ServiceSpec } from '../spec/service-spec.ts';
import { decideService, type ServiceDecision } from './decide-service.ts';
import { containersOf, currentContainer } from './observed-services.ts';
import type { PlanDraft } from './plan-draft.ts';
import { planImage } from './plan-images.ts';
import { planLocks } from './plan-locks.ts';
import {
  assessNetwork,
  planNetwork,
  planNetworkRemoval,
  specifyNetworks,
  type NetworkAssessment,
} from './plan-networks.ts';
import { planServices } from './plan-services.ts';
import { assessVolumes, planVolume, type VolumeAssessment } from './plan-volumes.ts';
import { serviceKey, type PlanContext } from './plan-input.ts';
import type { Blocked } from './plan-output.ts';
import { findCycles, topologicalOrder } from './topological-order.ts';

export interface AppContext {
  readonly input: PlanContext;
  readonly draft: PlanDraft;
  /** `null`: no service of the target needs it. */
  readonly supervisorNetwork: NetworkAssessment | null;
}

const NO_RELEASE: TargetRelease = { id: 0, commit: '', services: {}, networks: {}, volumes: {} };

/** Plans one app of the target. */
export function planApp(app: TargetApp, { input, draft, supervisorNetwork }: AppContext): void {
  const release = app.release ?? NO_RELEASE;
  const { snapshot } = input;
  const networks =
    app.release === null ? [] : specifyNetworks(app, release).map((spec) => assessNetwork(spec, snapshot));
  const volumes = assessVolumes(app, release, snapshot);
  const specs = specifyServices(app, release, input);
  const networksByName = new Map(
    [...networks, ...(supervisorNetwork === null ? [] : [supervisorNetwork])].map((one) => [one.spec.name, one]),
  );
  const decisions = decideServices(specs, { app, input, networks: networksByName, volumes });

  for (const network of networks) planNetwork(network, { appId: app.id, snapshot, draft });
  for (const volume of volumes) planVolume(volume, app, draft);
  for (const { findings } of [...networks, ...volumes].map(({ spec }) => spec)) {
    for (const notice of findings.notices) draft.notice({ appId: app.id, service: null, ...notice });
  }
  const pulls = decisions
    .filter(({ action }) => action.kind !== 'hold' || action.blocked === null)
    .map(({ spec }) => planImage(spec.service, { app, release, input, draft }).pull)
    .filter((id) => id !== null);
  for (const { spec, action } of decisions) {
    for (const notice of spec.findings.notices) draft.notice({ appId: app.id, service: spec.service.name, ...notice });
    if (action.kind === 'hold' && action.blocked !== null) {
      draft.block({ appId: app.id, service: spec.service.name, ...action.blocked });
    }
  }
  const surplus = surplusContainers(app, decisions, input);
  const locks = planLocks(app.id, {
    services: [...Object.keys(release.services), ...surplus.map(({ identity }) => identity?.serviceName ?? '')],
    downloads: pulls,
    input,
    draft,
  });
  planServices(decisions, { app, input, draft, locks, surplus });
  const wanted = new Set(networks.map(({ spec }) => spec.name));
  for (const network of snapshot.networks) {
    if (network.appId !== app.id || !network.supervised || wanted.has(network.name)) continue;
    planNetworkRemoval(network, { cause: 'is not in the release', snapshot, draft });
  }
  locks.finish();
}

function specifyServices(
  app: TargetApp,
  release: TargetRelease,
  { device, policy, snapshot: { abilities } }: PlanContext,
): ServiceSpec[] {
  return Object.values(release.services).map((service) =>
    specifyService(service, {
      app,
      release,
      device,
      abilities,
      supervisorApiKey: policy.supervisorApiKeys.get(serviceKey(app.id, service.name)) ?? null,
    }),
  );
}

interface Obstacles {
  readonly app: TargetApp;
  readonly input: PlanContext;
  readonly networks: ReadonlyMap<string, NetworkAssessment>;
  readonly volumes: readonly VolumeAssessment[];
}

function decideServices(specs: readonly ServiceSpec[], obstacles: Obstacles): ServiceDecision[] {
  const { app, input, networks } = obstacles;
  const edges = new Map(specs.map((spec) => [spec.service.name, spec.dependencies.map(({ service }) => service)]));
  const cycles = findCycles(edges);
  const inCycle = (name: string): boolean => cycles.some((cycle) => cycle.includes(name));
  const nodes = specs.map((spec) => ({
    id: spec.service.name,
    dependsOn: inCycle(spec.service.name) ? [] : (edges.get(spec.service.name) ?? []),
    spec,
  }));
  const decisions = new Map<string, ServiceDecision>();
  for (const { id, spec } of topologicalOrder(nodes)) {
    const current = currentContainer(containersOf(app.id, input.snapshot), spec);
    const blocked = obstacleOf(spec, cycles, obstacles);
    decisions.set(
      id,
      blocked === null
        ? decideService(spec, current, {
            input,
            networks,
            networkOwner: spec.networkOf === null ? null : (decisions.get(spec.networkOf) ?? null),
          })
        : { spec, current, action: { kind: 'hold', blocked }, config: null },
    );
  }
  return [...decisions.values()];
}

/** What makes it impossible to run the service as the target has it. */
function obstacleOf(
  { service, config, findings, volumes: mounted }: ServiceSpec,
  cycles: readonly (readonly string[])[],
  { networks, volumes }: Obstacles,
): Pick<Blocked, 'reason' | 'message'> | null {
  if (findings.problems.length > 0) {
    const message = findings.problems.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
    return { reason: 'invalid', message };
  }
  const cycle = cycles.find((names) => names.includes(service.name));
  if (cycle !== undefined) {
    return { reason: 'invalid', message: `depends_on: cycle ${[...cycle, cycle[0]].join(' → ')}` };
  }
  const network = Object.keys(config.networks).find((name) => networks.get(name)?.status === 'taken');
  if (network !== undefined) {
    return {
      reason: 'name-taken',
      message: `networks: a network ${network} exists that is not ours; remove or rename it`,
    };
  }
  const volume = volumes.find(({ spec, status }) => status === 'taken' && mounted.includes(spec.name));
  if (volume !== undefined) {
    return {
      reason: 'name-taken',
      message: `volumes.${volume.name}: a volume ${volume.spec.name} exists that is not ours; remove or rename it`,
    };
  }
  return null;
}

/** Containers of the app that no service of the release has: of former services, and duplicates. */
function surplusContainers(
  app: TargetApp,
  decisions: readonly ServiceDecision[],
  { snapshot }: PlanContext,
): ObservedContainer[] {
  const current = new Set(decisions.map((decision) => decision.current?.id));
  return containersOf(app.id, snapshot).filter(({ id, status }) => !current.has(id) && status !== 'removing');
}
