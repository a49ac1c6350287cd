import { describeError } from '@device-supervisor/errors';
import { EngineTimeoutError, EngineUnreachableError } from '../errors.ts';
import type { Changes, ListKind } from './changes.ts';

export interface ListAnswer<Entry> {
  readonly entries: readonly Entry[];
  /** The failure to list; `null`: none. */
  readonly fault: string | null;
}

export interface CachedListOptions<Entry> {
  readonly kind: ListKind;
  readonly changes: Changes;
  /** Asks the engine. */
  readonly list: () => Promise<string>;
  /** @throws EngineAnswerError when the text is no list */
  readonly decode: (text: string) => ListAnswer<Entry>;
  /** Whether a look continues when the engine refuses the list, with the list of the last look, or none. */
  readonly isOptional: boolean;
  /** The part of an entry whose changes the engine reports by events; equal texts mean that nothing changed. */
  readonly describe: (entry: Entry) => string;
  /** The list is another one than before, and no event has said so yet. */
  readonly onSilentChange: (kind: ListKind) => void;
}

interface Asked<Entry> {
  /** As the engine gave it. */
  readonly text: string;
  /** `null`: the engine does not give the list. */
  readonly answer: ListAnswer<Entry> | null;
  /** The failure to list. */
  readonly fault: string | null;
}

/** One of the engine's lists, and whether it still holds. */
export class CachedList<Entry> {
  readonly #options: CachedListOptions<Entry>;
  #known: { readonly text: string; readonly answer: ListAnswer<Entry>; readonly count: number } | null = null;

  constructor(options: CachedListOptions<Entry>) {
    this.#options = options;
  }

  /**
   * @param trustEvents whether the last list will do as long as no change was noticed
   * @returns the answer of the last look, the same object, when the engine lists the same
   */
  async read(trustEvents: boolean): Promise<ListAnswer<Entry>> {
    const { kind, changes, onSilentChange } = this.#options;
    const before = this.#isCurrent() ? this.#known : null;
    if (trustEvents && before !== null) return before.answer;
    const count = changes.count(kind);
    const { text, answer, fault } = await this.#ask();
    if (answer === null) return { entries: this.#known?.answer.entries ?? [], fault };
    const last = this.#known;
    const isSame = last !== null && this.#isSame(last.answer, answer);
    if (before !== null && this.#isCurrent() && !isSame) onSilentChange(kind);
    const current = isSame ? last.answer : answer;
    // Another look may have begun later and ended before.
    if (last === null || last.count <= count) this.#known = { text, answer: current, count };
    return current;
  }

  async #ask(): Promise<Asked<Entry>> {
    const { kind, list, decode, isOptional } = this.#options;
    try {
      const text = await list();
      // The same text, which most looks get, is not decoded again.
      return { text, answer: text === this.#known?.text ? this.#known.answer : decode(text), fault: null };
    } catch (error) {
      const isLost = error instanceof EngineUnreachableError && !(error instanceof EngineTimeoutError);
      if (isLost || !isOptional) throw error;
      return { text: '', answer: null, fault: `the engine does not list its ${kind}: ${describeError(error).message}` };
    }
  }

  #isCurrent(): boolean {
    const { kind, changes } = this.#options;
    return changes.isNoticed && this.#known?.count === changes.count(kind);
  }

  #isSame(before: ListAnswer<Entry>, after: ListAnswer<Entry>): boolean {
    const { describe } = this.#options;
    if (before === after) return true;
    if (before.fault !== after.fault || before.entries.length !== after.entries.length) return false;
    const known = new Set(before.entries.map(describe));
    return after.entries.every((entry) => known.has(describe(entry)));
  }
}
