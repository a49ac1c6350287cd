import { posix } from 'node:path';
import type { Import, SourceFile } from '../source-file.ts';
import type { RuleName, Violation } from '../violation.ts';
import { findPackage, splitSpecifier, type Workspace, type WorkspacePackage } from '../workspace.ts';

/**
 * Files reach another package only through what its package.json exports, and what a package offers to tests only from
 * tests, from such offers, and from tooling.
 */
export function checkEntryPoints(workspace: Workspace, owner: WorkspacePackage, source: SourceFile): Violation[] {
  return source.imports.flatMap((found) => {
    const problem = found.specifier.startsWith('.')
      ? leavingProblem(owner, source, found)
      : entryPointProblem(workspace, { owner, source, found });
    return problem === null ? [] : [{ ...problem, file: source.file, line: found.line }];
  });
}

interface Problem {
  readonly rule: RuleName;
  readonly message: string;
}

function leavingProblem(owner: WorkspacePackage, source: SourceFile, { specifier }: Import): Problem | null {
  const path = posix.join(posix.dirname(source.file), specifier);
  if (path.startsWith(`${owner.folder}/`)) return null;
  return { rule: 'leaves-package', message: `${specifier} leaves ${owner.folder}: import the package by its name` };
}

function entryPointProblem(
  workspace: Workspace,
  { owner, source, found }: { readonly owner: WorkspacePackage; readonly source: SourceFile; readonly found: Import },
): Problem | null {
  const target = findPackage(workspace, found.specifier);
  if (target === undefined) return null;
  const { entryPoint } = splitSpecifier(found.specifier);
  if (!entryPointsOf(target).includes(entryPoint)) {
    return { rule: 'entry-point', message: `${target.fullName} does not export ${entryPoint}` };
  }
  if (/^\.\/testing(?:\/|$)/.test(entryPoint) && source.role === 'source' && owner.kind !== 'tooling') {
    return { rule: 'testing-entry-point', message: `${found.specifier} is for tests` };
  }
  return null;
}

function entryPointsOf({ manifest }: WorkspacePackage): string[] {
  const { exports } = manifest;
  if (exports === undefined) return [];
  return typeof exports === 'string' ? ['.'] : Object.keys(exports);
}
