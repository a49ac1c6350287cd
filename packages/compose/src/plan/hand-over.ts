import type { RestartPolicy } from '../container-config.ts';
import { isPrepared, nameBeforeHandOver, NEVER, predecessorName } from '../decide/hand-over.ts';
import { isStopped, type ServiceDecision } from '../decide/services.ts';
import type { ObservedContainer } from '../observed.ts';
import { changeRestartPolicy, removeContainer, renameContainer } from './containers.ts';
import type { PlanNode } from './graph.ts';
import type { AppPlanner } from './planner.ts';

/** Prepares a container to be taken over from: it runs on under another name, and is not restarted any more. */
export function beginHandOver(current: ObservedContainer, cause: string, app: AppPlanner): void {
  const service = current.identity?.serviceName ?? '';
  const update = changeRestartPolicy(current, app, { restart: NEVER, cause });
  const rename = renameContainer(current, app, { name: predecessorName(current.name), cause });
  const locked = app.acquireLocks(`to hand over ${service}`);
  const reportedEarlier = 'what an earlier container said does not count';
  clearHandOver(service, app, { cause: reportedEarlier, needs: [locked, update, rename] });
}

/** Continues a hand-over that was begun. */
export function continueHandOver({ spec, current, handOver }: ServiceDecision, app: AppPlanner): void {
  if (handOver === null || current === null) return;
  const { id: appId, draft } = app;
  const { name: service } = spec.service;
  switch (handOver.kind) {
    case 'waiting': {
      const message = `the old container runs until the new one takes over, or for ${spec.updatePolicy.handOverTimeout} ms`;
      draft.block({ appId, service, reason: 'hand-over', message });
      if (handOver.until !== null) draft.planAgainAt(handOver.until);
      return;
    }
    case 'complete': {
      const { cause, predecessor } = handOver;
      const removal = removeContainer(predecessor, app, { cause });
      if (isPrepared(predecessor, spec)) clearHandOver(service, app, { cause, needs: [removal] });
      return;
    }
    case 'replacing':
    case 'held':
      return;
    case 'failed': {
      const { cause, predecessor } = handOver;
      const removal = removeContainer(current, app, { cause });
      restorePredecessor(predecessor, app, { restart: spec.config.restart, cause, needs: [removal] });
    }
  }
}

export interface Restoration {
  readonly restart: RestartPolicy;
  readonly cause: string;
  /** Must succeed before the container stands for the service again. */
  readonly needs: readonly (PlanNode | undefined)[];
}

/** Gives a container its name and restart policy back, and starts it if it stopped. */
export function restorePredecessor(
  predecessor: ObservedContainer,
  app: AppPlanner,
  { restart, cause, needs }: Restoration,
): void {
  const name = nameBeforeHandOver(predecessor.name);
  const update = changeRestartPolicy(predecessor, app, { restart, cause });
  const rename = renameContainer(predecessor, app, { name, cause, needs });
  const isStoppedToRename = app.stoppedToRename.has(predecessor.id);
  if (!isStopped(predecessor) && !isStoppedToRename) return;
  const service = predecessor.identity?.serviceName ?? '';
  const start = app.draft.add(
    {
      kind: 'start-container',
      id: `start-container ${name}`,
      cause: isStoppedToRename ? 'was stopped to be renamed' : cause,
      appId: app.id,
      service,
      container: predecessor.id,
    },
    { needs: [...needs, update, rename] },
  );
  app.starts.set(service, start);
}

function clearHandOver(
  service: string,
  app: AppPlanner,
  { cause, needs }: { readonly cause: string; readonly needs: readonly (PlanNode | null)[] },
): void {
  const clear = app.draft.add(
    { kind: 'clear-hand-over', id: `clear-hand-over ${app.id}/${service}`, cause, appId: app.id, service },
    { needs },
  );
  app.clearedHandOvers.set(service, clear);
}
