import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { IssueCollector, ProjectError } from '../errors.ts';
import { mergeTrees } from '../merge/merge-trees.ts';
import { nameOfProject } from '../name-of-project.ts';
import { readEnvFile } from '../variables/env-files.ts';
import type { Lookup } from '../variables/interpolate.ts';
import { interpolateTree } from '../variables/interpolate-tree.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { child, mapTree, textOf, toPlain, withChild, type MapTree, type Place, type Tree } from '../yaml/tree.ts';
import { applyExtends } from './apply-extends.ts';
import { isRemote, resolvePaths } from './resolve-paths.ts';

/** A set of compose files after interpolation, extends, include and merge. */
export interface Model {
  readonly tree: MapTree;
  /** Variables that have no value, with the place of their first use. */
  readonly unset: ReadonlyMap<string, Place>;
  readonly projectName: string;
  /** With `COMPOSE_PROJECT_NAME`. */
  readonly lookup: Lookup;
}

export interface ModelSource {
  /** Absolute; later ones override earlier ones. */
  readonly files: readonly string[];
  /** Absolute; relative paths in the files begin here. */
  readonly directory: string;
  readonly lookup: Lookup;
}

interface NamedSource extends ModelSource {
  /** Precedes what variables and files say. */
  readonly projectName: string | undefined;
}

/** @throws ProjectError with the place of every fault */
export async function loadModel(source: NamedSource): Promise<Model> {
  const loader = new ModelLoader();
  const projectName = nameOfProject(
    source.projectName ??
      source.lookup('COMPOSE_PROJECT_NAME') ??
      (await nameInFiles(source)) ??
      basename(source.directory),
  );
  const lookup: Lookup = (name) => source.lookup(name) ?? (name === 'COMPOSE_PROJECT_NAME' ? projectName : undefined);
  const tree = await loader.load({ ...source, lookup }, []);
  loader.issues.throwIfAny();
  return { tree, unset: loader.unset, projectName, lookup };
}

/** The name that the files give the project; the last one counts. It is known before their variables are replaced. */
async function nameInFiles({ files, lookup }: ModelSource): Promise<string | undefined> {
  let name: string | undefined;
  const scope = { lookup, issues: new IssueCollector(), onUnset: () => undefined };
  for (const file of files) {
    const written = child(parseYaml(await readText(file), file), 'name');
    if (written !== undefined) name = textOf(interpolateTree(written, scope)) ?? name;
  }
  return name;
}

/** Sections whose entries included files share with the file that includes them. */
const SECTIONS = ['services', 'networks', 'volumes', 'configs', 'secrets'];

class ModelLoader {
  readonly issues = new IssueCollector();
  readonly unset = new Map<string, Place>();

  /** @param including files that include this one, to find a circle */
  async load({ files, directory, lookup }: ModelSource, including: readonly string[]): Promise<MapTree> {
    let merged: Tree | undefined;
    for (const file of files) {
      const tree = await this.#loadFile(file, lookup);
      const own = withoutInclude(tree);
      const extended = await applyExtends(own, {
        siblings: merged,
        loadFile: async (path) => ({ tree: await this.#loadFile(path, lookup), directory: dirname(path) }),
        directory,
        issues: this.issues,
      });
      const resolved = resolvePaths(extended, directory);
      const included = await this.#include(tree, { directory, lookup, including: [...including, file] });
      const complete = this.#union(included, resolved);
      merged = mergeTrees(merged, complete, []);
    }
    return merged?.kind === 'map' ? merged : mapTree({ file: files[0] ?? directory, line: 1, column: 1 });
  }

  /** One file, parsed and interpolated. */
  async #loadFile(file: string, lookup: Lookup): Promise<MapTree> {
    const tree = interpolateTree(parseYaml(await readText(file), file), {
      lookup,
      issues: this.issues,
      onUnset: (name, place) => {
        if (!this.unset.has(name)) this.unset.set(name, place);
      },
    });
    if (tree.kind === 'map') return tree;
    throw new ProjectError([{ file, position: tree.place, path: '', message: 'must be a map with services' }]);
  }

  /** The models that a file includes, each with its own folder and variables. */
  async #include(
    tree: MapTree,
    { directory, lookup, including }: { directory: string; lookup: Lookup; including: readonly string[] },
  ): Promise<readonly MapTree[]> {
    const list = child(tree, 'include');
    const entries = list?.kind === 'list' ? list.items : list === undefined ? [] : [list];
    const models: MapTree[] = [];
    for (const entry of entries) {
      const { place } = entry;
      const paths = textsOf(entry.kind === 'map' ? child(entry, 'path') : entry);
      const remote = paths.find(isRemote);
      if (remote !== undefined) {
        this.issues.add(place, ['include'], `${remote} must be a file of this machine: download it first`);
        continue;
      }
      const [first, ...others] = paths.map((path) => resolve(directory, path));
      if (first === undefined) {
        this.issues.add(place, ['include'], 'must name a compose file, or a list of them as path');
        continue;
      }
      const circular = [first, ...others].find((file) => including.includes(file));
      if (circular !== undefined) {
        this.issues.add(place, ['include'], `${circular} includes itself`);
        continue;
      }
      const folder = textOf(child(entry, 'project_directory'));
      const ownDirectory = folder === undefined ? dirname(first) : resolve(directory, folder);
      const named = textsOf(child(entry, 'env_file')).map((path) => resolve(directory, path));
      models.push(
        await this.load(
          {
            files: [first, ...others],
            directory: ownDirectory,
            lookup: await withEnvFiles(named.length > 0 ? named : [join(ownDirectory, '.env')], lookup),
          },
          including,
        ),
      );
    }
    return models;
  }

  /** Included models beside the file's own entries; what two of them define differently is a fault. */
  #union(included: readonly MapTree[], own: MapTree): MapTree {
    return included.reduce<MapTree>(
      (all, model) =>
        SECTIONS.reduce<MapTree>((tree, section) => {
          const theirs = child(model, section);
          if (theirs?.kind !== 'map') return tree;
          const ours = child(tree, section);
          const entries = new Map(theirs.entries);
          for (const [name, entry] of ours?.kind === 'map' ? ours.entries : []) {
            const other = entries.get(name);
            if (other !== undefined && !isDeepStrictEqual(toPlain(other.value), toPlain(entry.value))) {
              const { file, line } = other.at;
              this.issues.add(entry.at, [section, name], `is defined differently in the included ${file}:${line}`);
            }
            entries.set(name, entry);
          }
          return withChild(tree, section, { ...theirs, entries });
        }, all),
      own,
    );
  }
}

/** The environment first, then the files, of which a later one wins. */
async function withEnvFiles(files: readonly string[], lookup: Lookup): Promise<Lookup> {
  const variables = new Map<string, string>();
  for (const path of files) {
    const found = await readEnvFile({ path }, (name) => lookup(name) ?? variables.get(name));
    for (const [name, value] of found ?? []) variables.set(name, value);
  }
  return (name) => lookup(name) ?? variables.get(name);
}

function withoutInclude(tree: MapTree): MapTree {
  return withChild(tree, 'include', undefined);
}

function textsOf(tree: Tree | undefined): string[] {
  const items = tree?.kind === 'list' ? tree.items : [tree];
  return items.flatMap((item) => textOf(item) ?? []);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProjectError([{ file, path: '', message: `cannot be read: ${reason}` }], { cause: error });
  }
}
