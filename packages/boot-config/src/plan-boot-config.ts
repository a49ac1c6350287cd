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
  readonly kind: 'invalid' | 'unsupported';
  readonly message: string;
}

export interface BootConfigPlan {
  readonly changes: readonly BootChange[];
  readonly needsReboot: boolean;
  readonly problems: readonly BootProblem[];
}

export interface BootPlanInput {
  readonly backends: readonly BootBackend[];
  /** What is set, checked. */
  readonly current: BootVariables;
  /** What a target wants; other variables than those of boot configuration are not in it. */
  readonly target: BootVariables;
  /** Variables that a target has had before: only these are removed when they are not in this one. */
  readonly managed: ReadonlySet<string>;
}

/**
 * What lies between current and target. What no target ever had is the operating system's, or somebody's who edited the
 * file, and stays. A value that cannot be used is a problem, and what is set stays.
 */
export function planBootConfig({ backends, current, target, managed }: BootPlanInput): BootConfigPlan {
  const { usable, problems } = checkTarget(backends, target);
  const removed = [...managed].filter(
    (variable) => !Object.hasOwn(target, variable) && ownerOf(backends, variable)?.isRemovable === true,
  );
  const changes = backends.flatMap((backend) => {
    const isOwn = (variable: string): boolean => ownerOf(backends, variable) === backend;
    const kept = pick(current, (variable) => isOwn(variable) && !removed.includes(variable));
    return changesBetween(backend, {
      current: pick(current, isOwn),
      desired: backend.complete({ ...kept, ...pick(usable, isOwn) }),
    });
  });
  const needsReboot = changes.some(({ variable }) => ownerOf(backends, variable)?.needsReboot(variable) === true);
  return { changes, needsReboot, problems };
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
  target: BootVariables,
): { readonly usable: BootVariables; readonly problems: readonly BootProblem[] } {
  const usable: [string, string][] = [];
  const problems: BootProblem[] = [];
  for (const [variable, text] of Object.entries(target)) {
    const checked = ownerOf(backends, variable)?.check(variable, text);
    if (checked === undefined) {
      problems.push({ variable, kind: 'unsupported', message: 'is not for devices of this type' });
    } else if (checked.ok) {
      usable.push([variable, checked.value]);
    } else {
      problems.push({ variable, kind: 'invalid', message: checked.message });
    }
  }
  return { usable: Object.fromEntries(usable), problems };
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
