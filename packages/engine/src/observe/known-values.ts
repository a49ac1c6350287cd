import type { ObservedContainer } from '@device-supervisor/compose';

type Environment = ObservedContainer['config']['environment'];

interface Entry {
  readonly environment: Environment;
  /** The last look did not see the container. */
  missed: boolean;
}

/** Characters of a value from which a second copy of it counts. */
const LONG = 1024;

/**
 * The variables that containers were created with. What is read back of them is made the same strings: a target may hold
 * ten megabytes of long values, and a second copy of each would lie in memory for as long as the container is there.
 */
export class KnownValues {
  /** By the container's name, and by its id once it has been seen. */
  readonly #entries = new Map<string, Entry>();

  /** A container was created. */
  add(name: string, environment: Environment): void {
    if (Object.values(environment).some(isLong)) this.#entries.set(name, { environment, missed: false });
  }

  /** The container, with the strings that it was created with where they are equal. */
  share(container: ObservedContainer): ObservedContainer {
    const { id, name, config } = container;
    const entry = this.#entries.get(id) ?? this.#entries.get(name);
    if (entry === undefined) return container;
    // It may get another name.
    this.#entries.delete(name);
    this.#entries.set(id, entry);
    const known = new Map(Object.entries(entry.environment));
    const environment = Object.fromEntries(
      Object.entries(config.environment).map(([variable, value]) => {
        const own = known.get(variable);
        return [variable, own === value ? own : value];
      }),
    );
    return { ...container, config: { ...config, environment } };
  }

  /**
   * Drops all but those of these containers. One that was created while the engine made its list is kept for another look.
   *
   * @param present ids and names
   */
  retain(present: ReadonlySet<string>): void {
    for (const [key, entry] of this.#entries) {
      if (present.has(key)) entry.missed = false;
      else if (entry.missed) this.#entries.delete(key);
      else entry.missed = true;
    }
  }
}

function isLong(value: string): boolean {
  return value.length >= LONG;
}
