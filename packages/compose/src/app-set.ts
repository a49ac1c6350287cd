/** A set of apps by their ids: only some, or all but some. */
export interface AppSet {
  readonly kind: 'only' | 'all-but';
  readonly ids: ReadonlySet<number>;
}

export const NO_APPS: AppSet = { kind: 'only', ids: new Set() };
export const ALL_APPS: AppSet = { kind: 'all-but', ids: new Set() };

export function onlyApps(ids: Iterable<number>): AppSet {
  return { kind: 'only', ids: new Set(ids) };
}

/** @param apps `true`: all; `false`: none */
export function toAppSet(apps: boolean | AppSet): AppSet {
  if (typeof apps !== 'boolean') return apps;
  return apps ? ALL_APPS : NO_APPS;
}

export function hasApp({ kind, ids }: AppSet, appId: number): boolean {
  return ids.has(appId) === (kind === 'only');
}

/** Whether no app is in the set. */
export function isEmptyAppSet({ kind, ids }: AppSet): boolean {
  return kind === 'only' && ids.size === 0;
}

export function uniteApps(a: AppSet, b: AppSet): AppSet {
  if (a.kind === 'only' && b.kind === 'only') return { kind: 'only', ids: new Set([...a.ids, ...b.ids]) };
  const [all, other] = a.kind === 'all-but' ? [a, b] : [b, a];
  return { kind: 'all-but', ids: new Set([...all.ids].filter((id) => !hasApp(other, id))) };
}

/** The apps of `a` that are not in `b`. */
export function withoutApps(a: AppSet, b: AppSet): AppSet {
  return complementOf(uniteApps(complementOf(a), b));
}

function complementOf({ kind, ids }: AppSet): AppSet {
  return { kind: kind === 'only' ? 'all-but' : 'only', ids };
}
