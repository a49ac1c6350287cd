import { ruleOf } from '../architecture.ts';
import type { SourceRole } from '../source-file.ts';
import type { WorkspacePackage } from '../workspace.ts';

/** `type`: of its types alone. */
export type Permission = 'value' | 'type' | 'none';

/** How far the sources of one package may depend on another. */
export function permission(owner: WorkspacePackage, target: WorkspacePackage): Permission {
  if (target.kind === 'apps') return 'none';
  if (target.kind === 'tooling') return owner.kind === 'tooling' ? 'value' : 'none';
  if (owner.layer === null) return 'none';
  const { values, types } = ruleOf(owner.name, owner.layer);
  if (values === 'all' || values.includes(target.name)) return 'value';
  return types.includes(target.name) ? 'type' : 'none';
}

/** The same for a file: what it offers to tests may use what it knows the types of, and tests may use any package. */
export function filePermission(
  role: SourceRole,
  { owner, target }: { readonly owner: WorkspacePackage; readonly target: WorkspacePackage },
): Permission {
  if (role === 'test') return target.kind === 'apps' ? 'none' : 'value';
  const allowed = permission(owner, target);
  return role === 'testing' && allowed === 'type' ? 'value' : allowed;
}

/** e.g. `compose (pure)`. */
export function describePackage({ name, layer }: WorkspacePackage): string {
  return `${name} (${layer ?? 'no layer'})`;
}
