import { formatPath, type TargetStateIssue } from './target-state-error.ts';

/** Levels of objects and lists in one another; compose files have about ten. */
const DEEPEST = 64;
/** Objects, lists and values in one document; a release of 100 services has some thousands. */
const MOST_VALUES = 50_000;
/** Listed; a document of another kind has thousands. */
const MOST_FAULTS = 20;

/**
 * Faults that make a document unfit for any further reading, whatever its form: levels and values without bound, and
 * text that nothing gives back as it was written (NUL, halves of a surrogate pair). Takes no stack for the levels.
 */
export function documentFaults(document: unknown, prefix: readonly PropertyKey[] = []): TargetStateIssue[] {
  const faults: TargetStateIssue[] = [];
  const pending: Place[] = [{ value: document, key: null, parent: null, level: 0 }];
  let seen = 0;
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const reason = whyUnfit(place);
    if (reason !== null) faults.push({ path: formatPath([...prefix, ...pathOf(place)]), message: reason });
    if (faults.length >= MOST_FAULTS) return faults;
    if (reason !== null || typeof place.value !== 'object' || place.value === null) continue;
    seen += Array.isArray(place.value) ? place.value.length : Object.keys(place.value).length;
    if (seen > MOST_VALUES) {
      return [
        { path: formatPath(prefix), message: `holds more than ${MOST_VALUES} values; leave out what no service needs` },
      ];
    }
    const children: readonly (readonly [string | number, unknown])[] = Array.isArray(place.value)
      ? place.value.map((value, index) => [index, value] as const)
      : Object.entries(place.value);
    for (const [key, value] of children.toReversed()) {
      pending.push({ value, key, parent: place, level: place.level + 1 });
    }
  }
  return faults;
}

/** Whether a value holds more than so many objects, lists and values. */
export function holdsMoreThan(most: number, value: unknown): boolean {
  const pending: unknown[] = [value];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const children: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    seen += children.length;
    if (seen > most) return true;
    pending.push(...children);
  }
  return false;
}

interface Place {
  readonly value: unknown;
  /** In its parent; `null`: it is the document. */
  readonly key: string | number | null;
  readonly parent: Place | null;
  readonly level: number;
}

function whyUnfit({ value, key, level }: Place): string | null {
  if (typeof key === 'string' && !isPlainText(key)) return `this name ${UNFIT_TEXT}`;
  if (typeof value === 'string') return isPlainText(value) ? null : UNFIT_TEXT;
  if (typeof value === 'object' && value !== null && level > DEEPEST) return `is nested in more than ${DEEPEST} levels`;
  return null;
}

const UNFIT_TEXT = 'must be text without NUL characters and lone surrogates';

function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function pathOf(place: Place): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at: Place | null = place; at !== null && at.key !== null; at = at.parent) path.unshift(at.key);
  return path;
}
