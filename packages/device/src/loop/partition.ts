import type { Operation } from '@device-supervisor/compose';

/** Operations of a plan that are carried out on their own, beside others. */
export interface Batch {
  /** Apps that they are about. */
  readonly apps: ReadonlySet<number>;
  /** Ids of those that are about no app in particular. */
  readonly shared: ReadonlySet<string>;
  readonly operations: readonly Operation[];
}

/**
 * Divides a plan by apps, so that one that takes its time holds up no other. Apps stay together where an operation of one
 * waits for an operation of the other. A download is in every batch that waits for it. Clean-up that waits for operations
 * of another app is left to the next plan.
 */
export function partition(operations: readonly Operation[]): Batch[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const deferred = deferredCleanUp(operations, byId);
  const planned = operations.filter(({ id }) => !deferred.has(id));
  const groups = new Groups();
  for (const operation of planned) {
    groups.add(laneOf(operation));
    for (const dependency of dependenciesOf(operation, byId)) {
      if (!isFreeDownload(dependency)) groups.join(laneOf(operation), laneOf(dependency));
    }
  }
  const members = Map.groupBy(planned, (operation) => groups.find(laneOf(operation)));
  return [...members.values()].map((own) => toBatch(own, byId));
}

type Lane = number | string;

/** Of an app, or of an operation for no app in particular. */
function laneOf({ appId, id }: Operation): Lane {
  return appId ?? id;
}

/** It can begin at once, and several can wait for the same one. */
function isFreeDownload({ kind, dependsOn }: Operation): boolean {
  return kind === 'pull-image' && dependsOn.length === 0;
}

function isCleanUp({ kind }: Operation): boolean {
  return kind === 'remove-image' || kind === 'forget-image';
}

/** Ids of clean-up that waits for another app, and that nothing but clean-up waits for. */
function deferredCleanUp(operations: readonly Operation[], byId: ReadonlyMap<string, Operation>): ReadonlySet<string> {
  const needed = new Set(operations.filter((one) => !isCleanUp(one)).flatMap(({ dependsOn }) => dependsOn));
  const deferred = new Set<string>();
  for (const operation of operations) {
    if (!isCleanUp(operation) || needed.has(operation.id)) continue;
    const waits = dependenciesOf(operation, byId).some(
      (dependency) => deferred.has(dependency.id) || laneOf(dependency) !== laneOf(operation),
    );
    if (waits) deferred.add(operation.id);
  }
  return deferred;
}

function dependenciesOf({ dependsOn }: Operation, byId: ReadonlyMap<string, Operation>): Operation[] {
  return dependsOn.flatMap((id) => byId.get(id) ?? []);
}

/** With the downloads of other apps that the operations wait for, and without dependencies that are not in the batch. */
function toBatch(own: readonly Operation[], byId: ReadonlyMap<string, Operation>): Batch {
  const ids = new Set(own.map(({ id }) => id));
  const downloads = own
    .flatMap((operation) => dependenciesOf(operation, byId))
    .filter((one) => isFreeDownload(one) && !ids.has(one.id));
  const operations = [...new Set([...downloads, ...own])];
  const all = new Set(operations.map(({ id }) => id));
  return {
    apps: new Set(own.flatMap(({ appId }) => appId ?? [])),
    shared: new Set(own.flatMap(({ appId, id }) => (appId === null ? [id] : []))),
    operations: operations.map((one) => {
      return one.dependsOn.every((id) => all.has(id))
        ? one
        : { ...one, dependsOn: one.dependsOn.filter((id) => all.has(id)) };
    }),
  };
}

/** Lanes that belong together. */
class Groups {
  readonly #parents = new Map<Lane, Lane>();

  add(lane: Lane): void {
    if (!this.#parents.has(lane)) this.#parents.set(lane, lane);
  }

  join(a: Lane, b: Lane): void {
    this.add(a);
    this.add(b);
    this.#parents.set(this.find(a), this.find(b));
  }

  find(lane: Lane): Lane {
    let root = lane;
    for (
      let parent = this.#parents.get(root);
      parent !== undefined && parent !== root;
      parent = this.#parents.get(root)
    ) {
      root = parent;
    }
    return root;
  }
}
