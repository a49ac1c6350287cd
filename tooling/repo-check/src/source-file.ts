import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor, type Program } from 'oxc-parser';
import { globalUses } from './global-uses.ts';

/** `source`: what is published or run. `testing`: what it offers to tests. `test`: tests and what only they use. */
export type SourceRole = 'source' | 'testing' | 'test';

export interface SourceFile {
  /** Relative to the root of the workspace. */
  readonly file: string;
  readonly role: SourceRole;
  readonly imports: readonly Import[];
  /** The globals of the platform that it uses. */
  readonly globals: readonly GlobalUse[];
}

export interface Import {
  readonly specifier: string;
  /** Whether nothing of it is left at run time. */
  readonly isType: boolean;
  readonly line: number;
}

export interface GlobalUse {
  /** e.g. `process`, `Date.now()`. */
  readonly name: string;
  readonly line: number;
}

/**
 * Reads and parses a source file.
 *
 * @param file relative to the root
 * @throws Error when it cannot be parsed, naming it
 */
export function readSourceFile(root: string, file: string): SourceFile {
  const text = readFileSync(join(root, file), 'utf8');
  const { program, errors } = parseSync(file, text, { sourceType: 'module' });
  const [error] = errors;
  if (error !== undefined) throw new Error(`cannot parse ${file}: ${error.message}`);
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  return {
    file,
    role: roleOf(file),
    imports: importsOf(program).map(({ start, ...found }) => ({ ...found, line: lineOf(start) })),
    globals: globalUses(program).map(({ start, name }) => ({ name, line: lineOf(start) })),
  };
}

function importsOf(program: Program): { specifier: string; isType: boolean; start: number }[] {
  const found: { specifier: string; isType: boolean; start: number }[] = [];
  new Visitor({
    ImportDeclaration: ({ source, importKind, start }) => {
      found.push({ specifier: source.value, isType: importKind === 'type', start });
    },
    ExportNamedDeclaration: ({ source, exportKind, start }) => {
      if (source !== null) found.push({ specifier: source.value, isType: exportKind === 'type', start });
    },
    ExportAllDeclaration: ({ source, exportKind, start }) => {
      found.push({ specifier: source.value, isType: exportKind === 'type', start });
    },
    ImportExpression: ({ source, start }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') {
        found.push({ specifier: source.value, isType: false, start });
      }
    },
    TSImportType: ({ source, start }) => {
      found.push({ specifier: source.value, isType: true, start });
    },
  }).visit(program);
  return found;
}

function roleOf(file: string): SourceRole {
  const inside = file.split('/').slice(2);
  if (/\.test\.[a-z]+$/.test(file) || inside[0] === 'test') return 'test';
  return inside[0] === 'src' && inside[1] === 'testing' ? 'testing' : 'source';
}
