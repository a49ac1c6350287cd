import type { ObservedContainer } from '../observed.ts';
import type { ServiceDecision } from './decide-service.ts';
import { isPredecessorName } from './hand-over.ts';
import { isStopped, planContainerRemoval, planStop } from './plan-container.ts';
import type { PlanDraft } from './plan-draft.ts';
import { clearHandOverId, planRestoration, planStandAside } from './plan-hand-over.ts';
import { removeContainerId, stopContainerId } from './plan-networks.ts';
import { planRename, renameContainerId } from './plan-rename.ts';
import type { ServicesContext } from './services-context.ts';

/** Plans what becomes of the container that a service has: it makes way for another, is stopped, or gets its new name. */
export function planDeparture(
  decision: ServiceDecision,
  decisions: readonly ServiceDecision[],
  context: ServicesContext,
): void {
  const { spec, current, action, running } = decision;
  if (current === null) return;
  const { draft, locks, app } = context;
  // Those that depend on it go first.
  const stopAfter = decisions
    .filter((other) => other.spec.dependencies.some(({ service }) => service === spec.service.name))
    .flatMap((other) => (other.current === null ? [] : [stopContainerId(other.current)]));
  switch (action.kind) {
    case 'replace':
      if (action.order !== 'hand-over') {
        planContainerRemoval(current, { cause: action.cause, locks, draft, stopAfter });
      } else if (isPredecessorName(current.name)) {
        const cause = 'the hand-over was cut short';
        const dependsOn = surplusRemovalIds(spec.service.name, context);
        planRestoration(current, { restart: spec.config.restart, cause, dependsOn, context });
      } else {
        planStandAside(current, action.cause, context);
      }
      break;
    case 'keep':
      if (!running && !isStopped(current)) {
        const cause = spec.service.running ? 'a client stopped it' : 'the target wants it stopped';
        planStop(current, { cause, locks, draft, stopAfter });
      }
      if (current.name !== spec.containerName) {
        const cause = `belongs to release ${app.release?.commit ?? ''} now`;
        planRename(current, spec.containerName, { cause, context });
      }
      break;
    case 'create':
    case 'hold':
      break;
  }
}

/** Ids of the removals of what else there is of a service: nothing of it starts beside them. */
export function surplusRemovalIds(service: string, { surplus }: Pick<ServicesContext, 'surplus'>): string[] {
  return surplus.filter(({ identity }) => identity?.serviceName === service).map(removeContainerId);
}

/** Ids of what has to have happened to a service's container before another can be created in its place. */
export function departureIds(current: ObservedContainer, draft: PlanDraft): string[] {
  return [removeContainerId(current), renameContainerId(current), clearHandOverId(current)].filter((id) =>
    draft.has(id),
  );
}
