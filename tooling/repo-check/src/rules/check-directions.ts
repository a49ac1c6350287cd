import type { Import, SourceFile } from '../source-file.ts';
import type { Violation } from '../violation.ts';
import { findPackage, type Workspace, type WorkspacePackage } from '../workspace.ts';
import { describePackage, filePermission } from './permission.ts';

/**
 * Imports of other packages go inwards. Tests may import any package; nothing imports an app, and only tests and tooling
 * import tooling. Every import is declared.
 */
export function checkDirections(workspace: Workspace, owner: WorkspacePackage, source: SourceFile): Violation[] {
  return source.imports.flatMap((found) => {
    const target = findPackage(workspace, found.specifier);
    if (target === undefined || target === owner) return [];
    const at = { file: source.file, line: found.line };
    const against = reasonAgainst(found, { owner, target, source });
    const direction = against === null ? [] : [{ ...at, rule: 'direction', message: against } as const];
    if (isDeclared(workspace, { owner, target, source })) return direction;
    const message = `${owner.folder}/package.json does not declare ${target.fullName}`;
    return [...direction, { ...at, rule: 'declared-dependency', message }];
  });
}

interface Edge {
  readonly owner: WorkspacePackage;
  readonly target: WorkspacePackage;
  readonly source: SourceFile;
}

function reasonAgainst(found: Import, { owner, target, source }: Edge): string | null {
  const allowed = filePermission(source.role, { owner, target });
  if (allowed === 'value' || (allowed === 'type' && found.isType)) return null;
  const what = allowed === 'type' ? 'only types of' : 'nothing from';
  return `${describePackage(owner)} may import ${what} ${describePackage(target)}`;
}

/** Tooling that tests use is declared once, at the root: it depends on packages itself. */
function isDeclared({ manifest }: Workspace, { owner, target, source }: Edge): boolean {
  const { dependencies, devDependencies } = owner.manifest;
  if (Object.hasOwn(dependencies, target.fullName)) return true;
  if (source.role !== 'test') return false;
  if (Object.hasOwn(devDependencies, target.fullName)) return true;
  return target.kind === 'tooling' && Object.hasOwn(manifest.devDependencies, target.fullName);
}
