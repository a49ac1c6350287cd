import type { ObservedContainer } from '@device-supervisor/compose';
import type { Clock } from '@device-supervisor/device';

interface Entry {
  /** The entry of the list of containers at the time of the inspection. */
  readonly fingerprint: string;
  readonly container: ObservedContainer;
  /** Milliseconds of a clock that never jumps. */
  readonly inspectedAt: number;
}

interface Load {
  readonly id: string;
  /** Something changed while it was inspected. */
  outdated: boolean;
}

/** Engines drop events for a reader that lags behind, silently: so nothing is trusted for longer. */
const MAX_AGE_MS = 10 * 60 * 1000;

/** An object that could not be read is looked at again after this time, in milliseconds: what hangs takes long to ask. */
const MAX_DAMAGED_AGE_MS = 30 * 1000;

const FULL_ID = /^[0-9a-f]{64}$/;

/**
 * Inspections of containers that are known to be still true: each was made while changes were noticed, and none was
 * since. While the engine's events are not received nothing is kept.
 */
export class InspectionCache {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new Set<Load>();
  #isOpen = false;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Changes are noticed from now on. */
  open(): void {
    this.#isOpen = true;
  }

  /** Changes are missed from now on. */
  close(): void {
    this.#isOpen = false;
    this.#entries.clear();
    for (const load of this.#loads) load.outdated = true;
  }

  /**
   * Something about the container may have changed.
   *
   * @param container its id or name
   */
  invalidate(container: string): void {
    for (const [id, entry] of this.#entries) {
      if (id === container || entry.container.name === container) this.#entries.delete(id);
    }
    const isId = FULL_ID.test(container);
    for (const load of this.#loads) {
      if (load.id === container || !isId) load.outdated = true;
    }
  }

  /** @param inspect resolves to `null` when there is no such container any more */
  async get(
    id: string,
    fingerprint: string,
    inspect: () => Promise<ObservedContainer | null>,
  ): Promise<ObservedContainer | null> {
    const entry = this.#entries.get(id);
    if (entry?.fingerprint === fingerprint && !this.#isOutdatedDamage(entry)) return entry.container;
    const load = { id, outdated: !this.#isOpen };
    this.#loads.add(load);
    try {
      const inspectedAt = this.#clock.monotonic();
      const container = await inspect();
      if (container !== null && !load.outdated) this.#entries.set(id, { fingerprint, container, inspectedAt });
      return container;
    } finally {
      this.#loads.delete(load);
    }
  }

  /** Drops all but these containers, and of these the one that was inspected longest ago if that is too long. */
  retain(ids: ReadonlySet<string>): void {
    let oldest: readonly [id: string, inspectedAt: number] = ['', this.#clock.monotonic() - MAX_AGE_MS];
    for (const [id, { inspectedAt }] of this.#entries) {
      if (!ids.has(id)) this.#entries.delete(id);
      else if (inspectedAt <= oldest[1]) oldest = [id, inspectedAt];
    }
    this.#entries.delete(oldest[0]);
  }

  #isOutdatedDamage({ container, inspectedAt }: Entry): boolean {
    return container.damage !== undefined && this.#clock.monotonic() - inspectedAt >= MAX_DAMAGED_AGE_MS;
  }
}
