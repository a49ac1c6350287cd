import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { RuleName, Violation } from '../violation.ts';
import { readReferences, type Workspace, type WorkspacePackage } from '../workspace.ts';

/** Each package says what it is, which layer it belongs to, and what it exports; those to publish stand in the indexes. */
export function checkPackageFiles(workspace: Workspace, owner: WorkspacePackage): Violation[] {
  return [
    ...layerProblems(owner),
    ...manifestProblems(workspace, owner),
    ...exportProblems(owner),
    ...indexProblems(workspace, owner),
  ];
}

function layerProblems(owner: WorkspacePackage): Violation[] {
  const { layer, kind } = owner;
  const found = problemsOf(owner, 'layer', 'turbo.json');
  if (layer === null) return [found('tags must name its layer')];
  const expected = kind === 'apps' ? 'app' : kind === 'tooling' ? 'tooling' : null;
  if (expected !== null) return layer === expected ? [] : [found(`what stands in ${kind}/ is of layer ${expected}`)];
  return layer === 'app' || layer === 'tooling' ? [found(`layer ${layer} does not stand in packages/`)] : [];
}

function manifestProblems({ root, manifest }: Workspace, owner: WorkspacePackage): Violation[] {
  const found = problemsOf(owner, 'package-files', 'package.json');
  const isPublished = owner.kind === 'packages';
  return [
    ...(existsSync(join(root, owner.folder, 'README.md')) ? [] : [found('README.md is missing')]),
    ...(owner.manifest.license === manifest.license ? [] : [found(`license must be ${manifest.license}`)]),
    ...(owner.manifest.description === '' ? [found('description is missing')] : []),
    ...(owner.manifest.private === isPublished
      ? [found(isPublished ? 'packages are published: not private' : 'apps and tooling are private')]
      : []),
    ...(isPublished && owner.references === null ? [found('tsconfig.json is missing')] : []),
  ];
}

const EntryPoint = z.object({ '@device-supervisor/source': z.string(), types: z.string(), default: z.string() });

/** Entry points have the same shape everywhere, so that packages run from their sources and as they are published. */
function exportProblems(owner: WorkspacePackage): Violation[] {
  if (owner.kind !== 'packages') return [];
  const found = problemsOf(owner, 'package-files', 'package.json');
  const { exports } = owner.manifest;
  if (exports === undefined || typeof exports === 'string') return [found('exports are missing')];
  return Object.entries(exports).flatMap(([name, value]) => {
    const path = name === '.' ? 'index' : `${name.slice('./'.length)}/index`;
    const expected = {
      '@device-supervisor/source': `./src/${path}.ts`,
      types: `./dist/${path}.d.ts`,
      default: `./dist/${path}.js`,
    };
    const actual = EntryPoint.safeParse(value);
    const isExpected = actual.success && JSON.stringify(actual.data) === JSON.stringify(expected);
    return isExpected ? [] : [found(`exports['${name}'] must be ${JSON.stringify(expected)}`)];
  });
}

function indexProblems({ root }: Workspace, owner: WorkspacePackage): Violation[] {
  const { folder, kind, references } = owner;
  const missing = (file: string): Violation => ({
    rule: 'index',
    file,
    line: null,
    message: `${folder} is not listed`,
  });
  const isReferenced =
    references === null || kind === 'tooling' || readReferences(root, '.')?.includes(folder) === true;
  const index = 'packages/README.md';
  const isIndexed =
    kind !== 'packages' || readText(join(root, index)).includes(`](${folder.slice('packages/'.length)}/README.md)`);
  return [...(isReferenced ? [] : [missing('tsconfig.json')]), ...(isIndexed ? [] : [missing(index)])];
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function problemsOf({ folder }: WorkspacePackage, rule: RuleName, file: string): (message: string) => Violation {
  return (message) => ({ rule, file: `${folder}/${file}`, line: null, message });
}
