import { isBuiltin } from 'node:module';
import { isImpureEntryPoint, isImpureFile, ruleOf } from '../architecture.ts';
import type { SourceFile } from '../source-file.ts';
import type { Violation } from '../violation.ts';
import { splitSpecifier, type WorkspacePackage } from '../workspace.ts';

/** Pure packages import nothing of Node.js, not even types, and use no timers, clock, randomness, console or process. */
export function checkPurity(owner: WorkspacePackage, { role, file, imports, globals }: SourceFile): Violation[] {
  if (owner.layer === null || !ruleOf(owner.name, owner.layer).isPure || role !== 'source') return [];
  if (isImpureFile(owner.name, file.slice(owner.folder.length + 1))) return [];
  const impure = imports.filter(({ specifier }) => isBuiltin(specifier) || readsSystem(specifier));
  return [
    ...impure.map(({ specifier, line }) => ({ line, message: `${owner.name} is pure, and imports ${specifier}` })),
    ...globals.map(({ name, line }) => ({ line, message: `${owner.name} is pure, and uses ${name}` })),
  ].map(({ line, message }) => ({ rule: 'purity', file, line, message }));
}

function readsSystem(specifier: string): boolean {
  const { fullName, entryPoint } = splitSpecifier(specifier);
  return isImpureEntryPoint(fullName.slice(fullName.indexOf('/') + 1), entryPoint);
}
