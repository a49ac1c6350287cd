import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import type { Consumer } from './consumer.ts';

const run = promisify(execFile);

/** How a project compiles: `nodenext` for Node.js, `bundler` for pages. */
export type Resolution = 'nodenext' | 'bundler';

export interface TypeCheck {
  /** The first ones, a line each. */
  readonly problems: readonly string[];
  /** How many names, types included, each specifier exports. */
  readonly exportedNames: ReadonlyMap<string, number>;
}

const MOST_SHOWN = 20;
/** Version 7, which has no programming interface yet. */
const NEWEST_COMPILER = resolve(import.meta.dirname, '../../../../node_modules/.bin/tsc');

/** Checks every declaration that the packages export, and those it needs, with TypeScript 5.9. @param examples files of the consumer */
export async function checkTypes(
  consumer: Consumer,
  resolution: Resolution,
  examples: readonly string[] = [],
): Promise<TypeCheck> {
  const file = await writeImports(consumer, 'all-packages.ts');
  const { options } = ts.convertCompilerOptionsFromJson(optionsOf(resolution), consumer.folder);
  const program = ts.createProgram([file, ...examples.map((name) => join(consumer.folder, name))], options);
  const checker = program.getTypeChecker();
  const exportedNames = new Map<string, number>();
  program.getSourceFile(file)?.forEachChild((node) => {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const module = checker.getSymbolAtLocation(node.moduleSpecifier);
    exportedNames.set(node.moduleSpecifier.text, module === undefined ? 0 : checker.getExportsOfModule(module).length);
  });
  return { problems: ts.getPreEmitDiagnostics(program).slice(0, MOST_SHOWN).map(describe), exportedNames };
}

/** The same with the newest compiler. @returns the first problems, a line each */
export async function checkTypesWithNewest(consumer: Consumer, resolution: Resolution): Promise<string[]> {
  // A file of its own: both checks may run at once.
  const file = await writeImports(consumer, `all-packages-${resolution}.ts`);
  const config = join(consumer.folder, `tsconfig.${resolution}.json`);
  await writeFile(config, JSON.stringify({ compilerOptions: optionsOf(resolution), files: [file] }));
  try {
    await run(NEWEST_COMPILER, ['--project', config], { cwd: consumer.folder });
    return [];
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    return output.trim().split('\n').slice(0, MOST_SHOWN);
  }
}

async function writeImports({ folder, specifiers }: Consumer, name: string): Promise<string> {
  const file = join(folder, name);
  const lines = specifiers.map((specifier, index) => `import * as module${index} from '${specifier}';`);
  const uses = specifiers.map((_, index) => `module${index}`);
  await writeFile(file, `${lines.join('\n')}\nconsole.log(${uses.join(', ')});\n`);
  return file;
}

function optionsOf(resolution: Resolution): object {
  return {
    target: 'es2024',
    lib: [
      'es2024',
      'esnext.disposable',
      ...(resolution === 'bundler' ? ['dom', 'dom.iterable', 'dom.asynciterable'] : []),
    ],
    module: resolution === 'bundler' ? 'esnext' : 'nodenext',
    moduleResolution: resolution,
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
  return `${file.fileName.replace(/^.*\/node_modules\//, '')}:${line + 1}: ${text}`;
}
