import {
  canonicalReference,
  type EngineSnapshot,
  type ObservedContainer,
  type Operation,
  type OperationResult,
} from '@device-supervisor/compose';
import type { BootRecord, DeviceStore } from '../ports.ts';
import type { ContainerHistory } from './container-history.ts';

export interface DamagedImagesOptions {
  readonly store: DeviceStore['boots'];
  /** Another one after each boot of the host; `null`: not known, and no power cut is noticed. */
  readonly bootId: string | null;
}

/** The history of containers, by their ids. */
export type ContainerBehaviour = Pick<ContainerHistory, 'crashLooping' | 'runningFor'>;

/** Milliseconds that a container has run when its image is in order. */
const PROOF = 30_000;

/**
 * Remembers which images only another download repairs: those that the engine calls damaged, and after a power cut those
 * whose containers do not come up any more. The latter are only suspected, once per power cut: a boot of the host that no
 * end of the supervisor came before, and no longer when a container of the image works. All references are canonical.
 */
export class DamagedImages {
  readonly #store: DeviceStore['boots'];
  #boot: BootRecord | null;
  readonly #damaged = new Set<string>();
  /** Another download has not helped: they share the damaged layer with other images. */
  readonly #stubborn = new Set<string>();
  /** Were fetched again, and nothing has started from them since. */
  readonly #fetchedAgain = new Set<string>();
  readonly #suspects = new Set<string>();
  #behaviour: ContainerBehaviour = { crashLooping: new Set(), runningFor: new Map() };

  constructor({ store, bootId }: DamagedImagesOptions) {
    this.#store = store;
    this.#boot = bootId === null ? null : bootOf(bootId, store.load());
    if (this.#boot !== null) store.save(this.#boot);
  }

  /** Takes note of how an operation ended. */
  record(operation: Operation, result: OperationResult): void {
    if (result.status === 'done' && operation.kind === 'pull-image') this.#noteDownload(operation.reference);
    const reference = result.status === 'failed' ? damagedReference(result.error) : null;
    if (reference === null) return;
    this.#damaged.add(reference);
    if (this.#fetchedAgain.has(reference)) this.#stubborn.add(reference);
  }

  /** Takes note of what runs, and of what does not come up. To be called before each plan. */
  look({ containers }: EngineSnapshot, behaviour: ContainerBehaviour): void {
    this.#behaviour = behaviour;
    const working = new Set(containers.filter((one) => this.#works(one)).map(referenceOf));
    for (const reference of working) {
      this.#fetchedAgain.delete(reference);
      this.#stubborn.delete(reference);
      this.#suspects.delete(reference);
    }
    for (const container of containers) {
      const reference = referenceOf(container);
      if (!working.has(reference) && this.#isSuspicious(container)) this.#suspects.add(reference);
    }
  }

  /** Images that cannot be used as they are, with those that keep their layers and of which nothing runs. */
  known(snapshot: EngineSnapshot): ReadonlySet<string> {
    return new Set([...this.#damaged, ...this.#sharersOf(this.#stubborn, snapshot)]);
  }

  /** Images that may be damaged, with those that keep their layers: to be given up only for ones that can be fetched. */
  suspected(snapshot: EngineSnapshot): ReadonlySet<string> {
    return new Set([...this.#suspects, ...this.#sharersOf(this.#suspects, snapshot)]);
  }

  /** The supervisor ends as it should. */
  close(): void {
    if (this.#boot !== null) this.#store.save({ ...this.#boot, isOpen: false });
  }

  #noteDownload(name: string): void {
    const reference = canonicalReference(name);
    if (this.#damaged.delete(reference)) this.#fetchedAgain.add(reference);
    this.#suspects.delete(reference);
    if (this.#boot?.afterPowerCut !== true || this.#boot.fetched.includes(reference)) return;
    this.#boot = { ...this.#boot, fetched: [...this.#boot.fetched, reference] };
    this.#store.save(this.#boot);
  }

  #isSuspicious(container: ObservedContainer): boolean {
    const { id, status, error } = container;
    if (this.#boot?.afterPowerCut !== true || this.#boot.fetched.includes(referenceOf(container))) return false;
    return this.#behaviour.crashLooping.has(id) || (error !== '' && (status === 'created' || status === 'exited'));
  }

  /** One that has only just started may be about to crash. */
  #works({ id, status }: ObservedContainer): boolean {
    const { crashLooping, runningFor } = this.#behaviour;
    return status === 'running' && !crashLooping.has(id) && (runningFor.get(id) ?? 0) >= PROOF;
  }

  /** Names of the images that share a layer with one of these, and of which nothing works. */
  #sharersOf(references: ReadonlySet<string>, { images, containers }: EngineSnapshot): string[] {
    if (references.size === 0) return [];
    const named = images.map(({ id, tags, digests, layers = [] }) => ({
      id,
      layers,
      names: [...tags, ...digests].map(canonicalReference),
      // With its last tag an image is gone, and its digests with it.
      own: (tags.length > 0 ? tags : digests).map(canonicalReference),
    }));
    const shared = new Set(
      named.filter(({ names }) => names.some((name) => references.has(name))).flatMap(({ layers }) => layers),
    );
    const kept = new Set(containers.filter((one) => this.#works(one)).map(({ imageId }) => imageId));
    return named
      .filter(({ id, layers }) => !kept.has(id) && layers.some((layer) => shared.has(layer)))
      .flatMap(({ own }) => own);
  }
}

function referenceOf({ imageReference }: ObservedContainer): string {
  return canonicalReference(imageReference);
}

function bootOf(bootId: string, last: BootRecord | null): BootRecord {
  if (last?.bootId === bootId) return { ...last, isOpen: true };
  return { bootId, isOpen: true, afterPowerCut: last?.isOpen === true, fetched: [] };
}

/** The image that a failure calls damaged; `null`: it says nothing of the kind. */
function damagedReference(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'IMAGE_DAMAGED' || !('details' in error))
    return null;
  const { details } = error;
  if (typeof details !== 'object' || details === null || !('reference' in details)) return null;
  return typeof details.reference === 'string' ? canonicalReference(details.reference) : null;
}
