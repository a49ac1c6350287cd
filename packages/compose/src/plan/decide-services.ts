import type { TargetApp } from '@device-supervisor/state';
import type { ServiceSpec } from '../spec/service-spec.ts';
import { decideService, type ServiceDecision } from './decide-service.ts';
import { serviceContainers } from './hand-over.ts';
import { containersOf } from './observed-services.ts';
import type { NetworkAssessment } from './plan-networks.ts';
import { serviceKey, type PlanContext } from './plan-input.ts';
import type { Blocked } from './plan-output.ts';
import type { VolumeAssessment } from './plan-volumes.ts';
import { findCycles, topologicalOrder } from './topological-order.ts';

export interface AppSurroundings {
  readonly app: TargetApp;
  readonly input: PlanContext;
  readonly networks: ReadonlyMap<string, NetworkAssessment>;
  readonly volumes: readonly VolumeAssessment[];
}

/** Compares an app's services with their containers; in an order in which each comes after those it depends on. */
export function decideServices(specs: readonly ServiceSpec[], surroundings: AppSurroundings): ServiceDecision[] {
  const { app, input, networks, volumes } = surroundings;
  const volumesByName = new Map(volumes.map((volume) => [volume.spec.name, volume]));
  const edges = new Map(specs.map((spec) => [spec.service.name, spec.dependencies.map(({ service }) => service)]));
  const cycles = findCycles(edges);
  const inCycle = (name: string): boolean => cycles.some((cycle) => cycle.includes(name));
  const nodes = specs.map((spec) => ({
    id: spec.service.name,
    dependsOn: inCycle(spec.service.name) ? [] : (edges.get(spec.service.name) ?? []),
    spec,
  }));
  const own = containersOf(app.id, input.snapshot);
  const decisions = new Map<string, ServiceDecision>();
  for (const { id, spec } of topologicalOrder(nodes)) {
    const containers = serviceContainers(own, spec);
    const running = input.policy.requests.running.get(serviceKey(app.id, id)) ?? spec.service.running;
    const blocked = obstacleOf(spec, cycles, surroundings);
    decisions.set(
      id,
      blocked === null
        ? decideService(spec, containers, {
            appId: app.id,
            input,
            running,
            networks,
            volumes: volumesByName,
            networkOwner: spec.networkOf === null ? null : (decisions.get(spec.networkOf) ?? null),
          })
        : {
            spec,
            current: containers.current,
            handOver: null,
            action: { kind: 'hold', blocked },
            running,
            config: null,
          },
    );
  }
  return [...decisions.values()];
}

/** What makes it impossible to run the service as the target has it. */
function obstacleOf(
  { service, config, findings, volumes: mounted, pullPolicy }: ServiceSpec,
  cycles: readonly (readonly string[])[],
  { networks, volumes, input }: AppSurroundings,
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
  if (pullPolicy === 'never' && input.findImage(service.image) === undefined) {
    const message = `pull_policy: never, and image ${service.image} is not on the device`;
    return { reason: 'invalid', message };
  }
  const missing = [...networks.values(), ...volumes].find(({ spec: { name }, status }) => {
    return status === 'missing' && (config.networks[name] !== undefined || mounted.includes(name));
  });
  if (missing !== undefined) {
    return { reason: 'dependency', message: `waits for ${missing.spec.name}, which is external, to be made` };
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
