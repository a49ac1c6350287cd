import { FieldError } from './field-error.ts';

/** Something to know about one field of a service, network or volume. */
export interface Finding {
  /** Path of the compose field, e.g. `ports[0]` or `networks.backend`. */
  readonly field: string;
  readonly reason: string;
}

/** The findings in a compose object. */
export interface Findings {
  /** Parts that are not applied; the object works without them. */
  readonly notices: readonly Finding[];
  /** Faults that make it impossible to apply the object at all. */
  readonly problems: readonly Finding[];
}

/** Collects findings while the fields of one compose object are read. */
export class FindingCollector implements Findings {
  readonly notices: Finding[] = [];
  readonly problems: Finding[] = [];

  notice(field: string, reason: string): void {
    this.notices.push({ field, reason });
  }

  problem(field: string, reason: string): void {
    this.problems.push({ field, reason });
  }

  /** Reads one field; a value that means nothing becomes a problem, and `fallback` stands in for it. */
  read<T>(field: string, fallback: T, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.problem(field, error.message);
      return fallback;
    }
  }

  /** Reads each item of a list; items that mean nothing become problems. */
  readEach<T, R>(field: string, items: readonly T[], parse: (item: T, field: string) => readonly R[]): R[] {
    return items.flatMap((item, index) => {
      const path = `${field}[${index}]`;
      return this.read<readonly R[]>(path, [], () => parse(item, path));
    });
  }
}
