import { formatError } from '@device-supervisor/errors';

/** Reports faults that come again in every turn once, until they are over or another one takes their place. */
export class FaultReporter {
  readonly #emit: (error: unknown) => void;
  /** The last report, by subject. */
  readonly #reported = new Map<string, string>();

  constructor(emit: (error: unknown) => void) {
    this.#emit = emit;
  }

  /** @param subject what failed; unless given, the error stands for itself */
  report(error: unknown, subject: string = ''): void {
    const text = formatError(error);
    if (this.#reported.get(subject) === text) return;
    this.#reported.set(subject, text);
    this.#emit(error);
  }

  /** Reports all that is wrong with the subject now, or that nothing is. */
  update(faults: readonly string[], subject: string): void {
    if (faults.length === 0) this.forget(subject);
    else this.report(new Error(faults.join('; ')), subject);
  }

  forget(subject: string): void {
    this.#reported.delete(subject);
  }
}
