import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isLayer, type Layer } from './architecture.ts';

/** A package of the workspace as its files describe it. */
export interface WorkspacePackage {
  /** Relative to the root, e.g. `packages/state`. */
  readonly folder: string;
  readonly kind: 'packages' | 'apps' | 'tooling';
  /** With scope. */
  readonly fullName: string;
  /** Without scope. */
  readonly name: string;
  /** The tag of its `turbo.json`; `null`: it names none. */
  readonly layer: Layer | null;
  readonly manifest: Manifest;
  /** Folders relative to the root that its `tsconfig.json` references; `null`: it has no `tsconfig.json`. */
  readonly references: readonly string[] | null;
}

export interface Workspace {
  /** Absolute path. */
  readonly root: string;
  readonly manifest: Manifest;
  readonly packages: readonly WorkspacePackage[];
}

export type Manifest = z.infer<typeof Manifest>;
const Manifest = z.object({
  name: z.string(),
  description: z.string().default(''),
  license: z.string().default(''),
  private: z.boolean().default(false),
  exports: z.record(z.string(), z.unknown()).or(z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});

const TurboFile = z.object({ tags: z.array(z.string()).default([]) });
const References = z.array(z.object({ path: z.string() })).default([]);
const TsconfigFile = z.object({ references: References });

const KINDS = ['packages', 'apps', 'tooling'] as const;

/**
 * Reads the package files of a workspace.
 *
 * @param root absolute path
 * @throws Error when a package.json, turbo.json or tsconfig.json is not valid, naming it
 */
export function readWorkspace(root: string): Workspace {
  const packages = KINDS.flatMap((kind) =>
    foldersOf(join(root, kind))
      .filter((folder) => existsSync(join(root, kind, folder, 'package.json')))
      .map((folder) => readPackage(root, kind, `${kind}/${folder}`)),
  );
  return { root, manifest: readJson(join(root, 'package.json'), Manifest), packages };
}

/** The folders that the `references` of a tsconfig.json name, relative to the root; `null`: there is no such file. */
export function readReferences(root: string, folder: string): string[] | null {
  const path = join(root, folder, 'tsconfig.json');
  if (!existsSync(path)) return null;
  return readJson(path, TsconfigFile).references.map((reference) => join(folder, reference.path));
}

/** The package that an import specifier names; `undefined`: none of this workspace. */
export function findPackage({ packages }: Workspace, specifier: string): WorkspacePackage | undefined {
  const { fullName } = splitSpecifier(specifier);
  return packages.find((candidate) => candidate.fullName === fullName);
}

/** `@scope/engine/testing` → package `@scope/engine`, entry point `./testing`, as `exports` names it. */
export function splitSpecifier(specifier: string): { readonly fullName: string; readonly entryPoint: string } {
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  const rest = parts.slice(length).join('/');
  return { fullName: parts.slice(0, length).join('/'), entryPoint: rest === '' ? '.' : `./${rest}` };
}

function readPackage(root: string, kind: WorkspacePackage['kind'], folder: string): WorkspacePackage {
  const manifest = readJson(join(root, folder, 'package.json'), Manifest);
  return {
    folder,
    kind,
    fullName: manifest.name,
    name: manifest.name.slice(manifest.name.indexOf('/') + 1),
    layer: readLayer(join(root, folder, 'turbo.json')),
    manifest,
    references: readReferences(root, folder),
  };
}

function readLayer(path: string): Layer | null {
  if (!existsSync(path)) return null;
  return readJson(path, TurboFile).tags.find(isLayer) ?? null;
}

function readJson<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new Error(`cannot read ${path}`, { cause: error });
  }
}

function foldersOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
