import type { ObservedContainer } from '../observed.ts';
import type { AppDecision } from '../decide/app.ts';
import { addTo, type Index, type IndexedInput } from '../decide/indexed-input.ts';
import type { ServiceDecision } from '../decide/services.ts';
import { PlanGraph, type Draft, type PlanNode } from './graph.ts';

/** The operations on a device that others come after. */
export class DevicePlanner {
  readonly input: IndexedInput;
  readonly graph: PlanGraph = new PlanGraph();
  /** By container id. */
  readonly stops: Map<string, PlanNode> = new Map();
  /** Of containers of apps that are not in the target. */
  readonly absentStops: PlanNode[] = [];
  /** By container id. */
  readonly removals: Map<string, PlanNode> = new Map();
  /** By container id: after it, the container no longer uses its networks. */
  readonly networkExits: Map<string, PlanNode> = new Map();
  /** By reference. */
  readonly pulls: Map<string, PlanNode> = new Map();
  /** Downloads as a difference, by the reference of the image that they need for it. */
  readonly pullsByDeltaSource: Map<string, PlanNode[]> = new Map();
  /** Of damaged images: they go before any of them is downloaded again, which may share layers; `null`: not planned. */
  damageRemovals: readonly PlanNode[] | null = null;
  /** By reference. */
  readonly imageRemovals: Map<string, PlanNode> = new Map();
  /** By name. */
  readonly networkCreations: Map<string, PlanNode> = new Map();
  /** By network id. */
  readonly networkRemovals: Map<string, PlanNode> = new Map();
  /** By name. */
  readonly volumeCreations: Map<string, PlanNode> = new Map();

  constructor(input: IndexedInput) {
    this.input = input;
  }
}

/** A part of the plan: of one app, or of what apps share. */
export interface PlanPart {
  readonly device: DevicePlanner;
  readonly draft: Draft;
  /** Of the app; `null`: shared. */
  readonly id: number | null;
}

/** The plan of one app: what was decided about it, and the operations that others come after. */
export class AppPlanner implements PlanPart {
  readonly device: DevicePlanner;
  readonly decision: AppDecision;
  readonly draft: Draft;
  /** Services that depend on a service, by its name. */
  readonly dependents: Index<string, ServiceDecision>;
  readonly surplusByService: Index<string, ObservedContainer>;

  /** Downloads that end before the locks are taken. */
  readonly downloads: PlanNode[] = [];
  /** By container id. */
  readonly renames: Map<string, PlanNode> = new Map();
  /** By container id. */
  readonly updates: Map<string, PlanNode> = new Map();
  /** Ids of containers that are stopped to be renamed, and start again. */
  readonly stoppedToRename: Set<string> = new Set();
  /** By service. */
  readonly clearedHandOvers: Map<string, PlanNode> = new Map();
  /** By service: operations on its old containers, which are left out where the new one is not created. */
  readonly preparations: Map<string, PlanNode[]> = new Map();
  /** By service: the creation of its new container, and what is done to that before it starts. */
  readonly creations: Map<string, PlanNode[]> = new Map();
  /** By service. */
  readonly starts: Map<string, PlanNode> = new Map();

  #locks: PlanNode | null = null;

  constructor(device: DevicePlanner, decision: AppDecision) {
    this.device = device;
    this.decision = decision;
    this.draft = device.graph.draft();
    for (const blocked of decision.blocked) this.draft.block(blocked);
    for (const notice of decision.notices) this.draft.notice(notice);
    const dependents = new Map<string, ServiceDecision[]>();
    for (const service of decision.services.values()) {
      for (const dependency of service.spec.dependencies) addTo(dependents, dependency.service, service);
    }
    this.dependents = dependents;
    this.surplusByService = Map.groupBy(decision.surplus, ({ identity }) => identity?.serviceName ?? '');
  }

  get id(): number {
    return this.decision.id;
  }

  get input(): IndexedInput {
    return this.device.input;
  }

  /** The acquisition of the update locks; `null`: nothing has needed them so far. */
  get locks(): PlanNode | null {
    return this.#locks;
  }

  /** Takes the app's update locks. While a service holds its lock, everything that needs them is left out of the plan. */
  acquireLocks(cause: string): PlanNode {
    if (this.#locks !== null) return this.#locks;
    const { id: appId, draft, downloads, input } = this;
    const { lockedServices, force } = this.decision;
    const services = [...new Set(lockedServices)].filter((name) => name !== '').sort();
    const acquisition = draft.add(
      { kind: 'acquire-locks', id: `acquire-locks ${appId}`, cause, appId, service: null, services, force },
      { needs: downloads },
    );
    const holders = force ? [] : input.heldLocks.filter((holder) => holder.appId === appId);
    if (holders.length > 0) {
      const message = 'the service holds its update lock';
      draft.hold(
        acquisition,
        ...holders.map(({ service }) => ({ appId, service, reason: 'locked' as const, message })),
      );
    }
    this.#locks = acquisition;
    return acquisition;
  }

  /** Gives the locks back after everything that is done under them, which is planned before. */
  releaseLocks(): void {
    if (this.#locks === null) return;
    const { id: appId, draft } = this;
    draft.add(
      { kind: 'release-locks', id: `release-locks ${appId}`, cause: 'done', appId, service: null },
      { needs: [this.#locks], follows: draft.dependentsOf(this.#locks) },
    );
  }
}
