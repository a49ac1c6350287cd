import type { BootBackend, BootVariables } from './boot-backend.ts';
import { needsReboot, type BootChange, type BootConfigPlan } from './plan-boot-config.ts';

/** Changes that were written and did not read back. Writing them again only wears out the storage. */
export interface UnkeptChanges {
  /** @param actual what is set after the attempt */
  add(changes: readonly BootChange[], actual: BootVariables): void;
  /** A plan whose changes of this kind are problems; `needsReboot` is about those that are left. */
  withoutKnown(plan: BootConfigPlan, backends: readonly BootBackend[]): BootConfigPlan;
}

/** Remembers until the next start: what an update of the operating system mends is retried then. */
export function createUnkeptChanges(): UnkeptChanges {
  const known = new Map<string, Pick<BootChange, 'from' | 'to'>>();
  return {
    add(changes, actual) {
      for (const { variable, to } of changes) {
        known.set(variable, { from: valueIn(actual, variable), to });
      }
    },
    withoutKnown(plan, backends) {
      const lost = plan.changes.filter(({ variable, from, to }) => {
        const one = known.get(variable);
        return one !== undefined && one.to === to && one.from === from;
      });
      return withUnkept(plan, lost, backends);
    },
  };
}

/** A plan without changes that did not read back, which are problems instead. */
export function withUnkept(
  plan: BootConfigPlan,
  lost: readonly BootChange[],
  backends: readonly BootBackend[],
): BootConfigPlan {
  const changes = plan.changes.filter((change) => !lost.includes(change));
  const problems = lost.map(({ variable }) => ({ variable, kind: 'unkept', message: UNKEPT }) as const);
  return { changes, needsReboot: needsReboot(changes, backends), problems: [...plan.problems, ...problems] };
}

const UNKEPT = 'was written and reads back as something else; check whether another program changes the boot files';

/** Whether a change reads back as it was written. */
export function isKept(
  { variable, to }: BootChange,
  owner: BootBackend,
  { current, defaults }: { readonly current: BootVariables; readonly defaults: BootVariables },
): boolean {
  const found = valueIn(current, variable) ?? (to === null ? null : valueIn(defaults, variable));
  return to === null || found === null ? to === found : owner.isSame(variable, to, found);
}

function valueIn(variables: BootVariables, variable: string): string | null {
  return (Object.hasOwn(variables, variable) ? variables[variable] : undefined) ?? null;
}
