import { isBuiltin } from 'node:module';
import { ruleOf } from '../architecture.ts';
import type { SourceFile } from '../source-file.ts';
import type { Violation } from '../violation.ts';
import type { WorkspacePackage } from '../workspace.ts';

/** Pure packages import nothing of Node.js, not even types, and use no timers, clock, randomness, console or process. */
export function checkPurity(owner: WorkspacePackage, { role, file, imports, globals }: SourceFile): Violation[] {
  if (owner.layer === null || !ruleOf(owner.name, owner.layer).isPure || role !== 'source') return [];
  const builtins = imports.filter(({ specifier }) => isBuiltin(specifier));
  return [
    ...builtins.map(({ specifier, line }) => ({ line, message: `${owner.name} is pure, and imports ${specifier}` })),
    ...globals.map(({ name, line }) => ({ line, message: `${owner.name} is pure, and uses ${name}` })),
  ].map(({ line, message }) => ({ rule: 'purity', file, line, message }));
}
