import { checkDirections } from './rules/check-directions.ts';
import { checkEntryPoints } from './rules/check-entry-points.ts';
import { checkLanguage } from './rules/check-language.ts';
import { checkLeaks } from './rules/check-leaks.ts';
import { checkNames } from './rules/check-names.ts';
import { checkPackageFiles } from './rules/check-package-files.ts';
import { checkPurity } from './rules/check-purity.ts';
import { checkReferences } from './rules/check-references.ts';
import { readSourceFile } from './source-file.ts';
import { listFiles } from './list-files.ts';
import type { Violation } from './violation.ts';
import { readWorkspace } from './workspace.ts';

export interface CheckResult {
  readonly packages: number;
  readonly files: number;
  readonly violations: readonly Violation[];
}

/**
 * Checks a workspace against the rules of the house.
 *
 * @param root absolute path
 * @throws Error when a package file or source file cannot be read, naming it
 */
export function checkWorkspace(root: string): CheckResult {
  const workspace = readWorkspace(root);
  const files = listFiles(root);
  const violations = workspace.packages.flatMap((owner) => {
    const sources = files
      .filter((file) => file.startsWith(`${owner.folder}/`) && SOURCE.test(file))
      .map((file) => readSourceFile(root, file));
    return [
      ...checkPackageFiles(workspace, owner),
      ...checkReferences(workspace, owner),
      ...sources.flatMap((source) => [
        ...checkDirections(workspace, owner, source),
        ...checkEntryPoints(workspace, owner, source),
        ...checkPurity(owner, source),
      ]),
    ];
  });
  return {
    packages: workspace.packages.length,
    files: files.length,
    violations: [...violations, ...checkNames(files), ...checkLeaks(root, files), ...checkLanguage(root, files)],
  };
}

const SOURCE = /\.(ts|mts|cts|tsx|js|mjs|cjs)$/;
