import type { Violation } from '../violation.ts';
import { findPackage, type Workspace, type WorkspacePackage } from '../workspace.ts';
import { describePackage, permission } from './permission.ts';

/**
 * The dependencies of a package.json go inwards too, and the references of its tsconfig.json are those of them that this
 * workspace holds: no more, no less.
 */
export function checkReferences(workspace: Workspace, owner: WorkspacePackage): Violation[] {
  const targets = workspaceDependencies(workspace, owner);
  return [
    ...checkManifest(workspace, owner, targets),
    ...compareReferences(
      owner,
      targets.filter((target) => target.references !== null).map((target) => target.folder),
    ),
  ];
}

function checkManifest(
  workspace: Workspace,
  owner: WorkspacePackage,
  targets: readonly WorkspacePackage[],
): Violation[] {
  const at = { file: `${owner.folder}/package.json`, line: null };
  const outwards = targets
    .filter((target) => permission(owner, target) === 'none')
    .map((target) => `${describePackage(owner)} may not depend on ${describePackage(target)}`);
  const apps = Object.keys(owner.manifest.devDependencies)
    .map((name) => findPackage(workspace, name))
    .filter((target) => target?.kind === 'apps')
    .map((target) => `nothing depends on an app, not even a test: ${target?.fullName}`);
  return [...outwards, ...apps].map((message) => ({ ...at, rule: 'direction', message }) as const);
}

function compareReferences(owner: WorkspacePackage, wanted: readonly string[]): Violation[] {
  const { references, kind } = owner;
  // Tooling is not built.
  if (references === null || kind === 'tooling') return [];
  const missing = wanted.filter((folder) => !references.includes(folder)).map((folder) => `references lack ${folder}`);
  const extra = references
    .filter((folder) => !wanted.includes(folder))
    .map((folder) => `references name ${folder}, which is no dependency`);
  const file = `${owner.folder}/tsconfig.json`;
  return [...missing, ...extra].map((message) => ({ rule: 'references', file, line: null, message }) as const);
}

function workspaceDependencies(workspace: Workspace, owner: WorkspacePackage): WorkspacePackage[] {
  return Object.keys(owner.manifest.dependencies).flatMap((name) => findPackage(workspace, name) ?? []);
}
