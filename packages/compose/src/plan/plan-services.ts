import type { ObservedContainer } from '../observed.ts';
import type { ServiceDecision } from './decide-service.ts';
import { planArrival, planStart } from './plan-arrival.ts';
import { planContainerRemoval } from './plan-container.ts';
import { planDeparture } from './plan-departure.ts';
import { planHandOver } from './plan-hand-over.ts';
import type { ServicesContext } from './services-context.ts';
import { isTightened, updateContainerId } from './update-in-place.ts';

/** Plans what becomes of an app's containers: first what has to go, then what comes. */
export function planServices(decisions: readonly ServiceDecision[], context: ServicesContext): void {
  const { draft, locks, surplus } = context;
  for (const container of surplus) {
    planContainerRemoval(container, { cause: surplusCause(container, decisions), locks, draft });
  }
  for (const decision of decisions) planHandOver(decision, context);
  for (const decision of decisions) planDeparture(decision, decisions, context);
  for (const decision of decisions) planArrival(decision, context);
  for (const decision of decisions) planUpdate(decision, context);
  for (const decision of decisions) planStart(decision, decisions, context);
}

/** Changes what can be changed on the container as it is. Needs no locks, unless less memory may end its processes. */
function planUpdate({ spec, current, action }: ServiceDecision, { app, draft, locks }: ServicesContext): void {
  if (current === null || action.kind !== 'keep' || action.update === null) return;
  const { config, cause } = action.update;
  const tightened = isTightened(current.config.resources, config.resources);
  draft.add({
    kind: 'update-container',
    id: updateContainerId(current),
    dependsOn: tightened ? [locks.acquire(`to give ${spec.service.name} less memory`)] : [],
    cause,
    appId: app.id,
    service: spec.service.name,
    containerId: current.id,
    config,
  });
}

function surplusCause({ identity }: ObservedContainer, decisions: readonly ServiceDecision[]): string {
  const known = decisions.some(({ spec }) => spec.service.name === identity?.serviceName);
  return known ? 'the service has another container' : 'the service is not in the release';
}
