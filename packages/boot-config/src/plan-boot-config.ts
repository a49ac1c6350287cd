import type { BootBackend, BootVariables } from './boot-backend.ts';

export interface BootChange {
  readonly variable: string;
  /** `null`: not set. */
  readonly from: string | null;
  readonly to: string | null;
}

/** A variable of the target that is left out. */
export interface BootProblem {
  readonly variable: string;
  /**
   * - `invalid`: its value cannot be used
   * - `unsupported`: it is not for devices of this type
   * - `unkept`: it was written and read back as something else; writing it again does not help
   */
  readonly kind: 'invalid' | 'unsupported' | 'unkept';
  readonly message: string;
}

export interface BootConfigPlan {
  readonly changes: readonly BootChange[];
  readonly needsReboot: boolean;
  readonly problems: readonly BootProblem[];
}

export interface BootPlanInput {
  readonly backends: readonly BootBackend[];
  /** The checked values that are set. */
  readonly current: BootVariables;
  /** The values of the target; only variables of boot configuration. */
  readonly target: BootVariables;
  /** Variables that a target has had before: only these are removed when they are not in this one. */
  readonly managed: ReadonlySet<string>;
  /** Values that count as not set. */
  readonly defaults?: BootVariables;
}

/**
 * The changes from current to target. Variables that no target ever had belong to the operating system, or to a person
 * who edited the file, and stay. A value that cannot be used is a problem, and what is set stays.
 */
export function planBootConfig({ backends, current, target, managed, defaults = {} }: BootPlanInput): BootConfigPlan {
  const { usable, unset, problems } = checkTarget(backends, { target, defaults });
  const gone = [...managed].filter((variable) => !Object.hasOwn(target, variable));
  const removed = [...gone, ...unset].filter((variable) => ownerOf(backends, variable)?.isRemovable === true);
  const changes = backends.flatMap((backend) => {
    const isOwn = (variable: string): boolean => ownerOf(backends, variable) === backend;
    const kept = pick(current, (variable) => isOwn(variable) && !removed.includes(variable));
    return changesBetween(backend, {
      current: pick(current, isOwn),
      desired: backend.complete({ ...kept, ...pick(usable, isOwn) }),
    });
  });
  return { changes, needsReboot: needsReboot(changes, backends), problems };
}

/** Whether any of the changes takes effect at the next boot only. */
export function needsReboot(changes: readonly BootChange[], backends: readonly BootBackend[]): boolean {
  return changes.some(({ variable }) => ownerOf(backends, variable)?.needsReboot(variable) === true);
}

/** The backend in which a variable has its place. */
export function ownerOf(backends: readonly BootBackend[], variable: string): BootBackend | undefined {
  return backends.find((backend) => backend.owns(variable));
}

/** Variables after changes. */
export function withChanges(current: BootVariables, changes: readonly BootChange[]): BootVariables {
  const values = new Map(Object.entries(current));
  for (const { variable, to } of changes) {
    if (to === null) values.delete(variable);
    else values.set(variable, to);
  }
  return Object.fromEntries(values);
}

export function pick(variables: BootVariables, isWanted: (variable: string) => boolean): BootVariables {
  return Object.fromEntries(Object.entries(variables).filter(([variable]) => isWanted(variable)));
}

function checkTarget(
  backends: readonly BootBackend[],
  { target, defaults }: { readonly target: BootVariables; readonly defaults: BootVariables },
): {
  readonly usable: BootVariables;
  readonly unset: readonly string[];
  readonly problems: readonly BootProblem[];
} {
  const usable: [string, string][] = [];
  const unset: string[] = [];
  const problems: BootProblem[] = [];
  for (const [variable, text] of Object.entries(target)) {
    const owner = ownerOf(backends, variable);
    if (owner === undefined) {
      problems.push({ variable, kind: 'unsupported', message: 'is not for devices of this type' });
      continue;
    }
    const checked = owner.check(variable, text);
    if (!checked.ok) problems.push({ variable, kind: 'invalid', message: checked.message });
    else if (checked.value === null || isDefault(owner, { variable, value: checked.value, defaults })) {
      unset.push(variable);
    } else usable.push([variable, checked.value]);
  }
  return { usable: Object.fromEntries(usable), unset, problems };
}

function isDefault(
  owner: BootBackend,
  {
    variable,
    value,
    defaults,
  }: { readonly variable: string; readonly value: string; readonly defaults: BootVariables },
): boolean {
  const normal = Object.hasOwn(defaults, variable) ? defaults[variable] : undefined;
  return normal !== undefined && owner.isSame(variable, normal, value);
}

function changesBetween(
  backend: BootBackend,
  { current, desired }: { readonly current: BootVariables; readonly desired: BootVariables },
): readonly BootChange[] {
  const variables = [...new Set([...Object.keys(current), ...Object.keys(desired)])];
  return variables
    .map((variable) => ({ variable, from: current[variable] ?? null, to: desired[variable] ?? null }))
    .filter(({ variable, from, to }) =>
      from === null || to === null ? from !== to : !backend.isSame(variable, from, to),
    );
}
