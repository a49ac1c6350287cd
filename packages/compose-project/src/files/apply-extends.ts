import { resolve } from 'node:path';
import type { IssueCollector } from '../errors.ts';
import { mergeTrees, withoutTags } from '../merge/merge-trees.ts';
import { child, mapChildren, textOf, withChild, type MapTree, type Tree } from '../yaml/tree.ts';
import { isRemote, resolveServicePaths } from './resolve-paths.ts';

export interface ExtendsContext {
  /** Services of the files that this one overrides, which it may extend too. */
  readonly siblings: Tree | undefined;
  /** Another file, interpolated, and the folder in which its paths begin. */
  loadFile(path: string): Promise<{ readonly tree: MapTree; readonly directory: string }>;
  /** Absolute; where the file of an `extends` begins. */
  readonly directory: string;
  readonly issues: IssueCollector;
}

/** Replaces each `extends` of a file by the service that it names, merged with what the service says itself. */
export async function applyExtends(tree: MapTree, context: ExtendsContext): Promise<MapTree> {
  const services = child(tree, 'services');
  if (services?.kind !== 'map') return tree;
  const extended = new Map<string, Tree>();
  for (const name of services.entries.keys()) {
    const service = await extendService({ tree, name, directory: context.directory }, context, []);
    if (service !== undefined) extended.set(name, service);
  }
  return withChild(
    tree,
    'services',
    mapChildren(services, (_, name) => extended.get(name)),
  );
}

interface ServiceReference {
  readonly tree: MapTree;
  readonly name: string;
  /** Where relative paths of that tree begin. */
  readonly directory: string;
}

async function extendService(
  { tree, name, directory }: ServiceReference,
  context: ExtendsContext,
  chain: readonly string[],
): Promise<Tree | undefined> {
  const service = child(child(tree, 'services'), name);
  const reference = child(service, 'extends');
  if (service?.kind !== 'map' || reference === undefined) return service;
  const own = withChild(service, 'extends', undefined);
  const fault = (message: string): Tree => {
    context.issues.add(reference.place, ['services', name, 'extends'], message);
    return own;
  };
  const baseName = textOf(reference) ?? textOf(child(reference, 'service'));
  if (baseName === undefined) return fault('must name a service, or be a map with service');
  const file = textOf(child(reference, 'file'));
  if (file !== undefined && isRemote(file)) return fault(`${file} must be a file of this machine: download it first`);
  const path = file === undefined ? undefined : resolve(directory, file);
  const link = `${path ?? tree.place.file}:${baseName}`;
  if (chain.includes(link)) return fault(`${baseName} extends itself`);
  const target = path === undefined ? { tree, directory } : await context.loadFile(path);
  const found = await extendService({ ...target, name: baseName }, context, [...chain, link]);
  const base = found ?? (path === undefined ? child(child(context.siblings, 'services'), baseName) : undefined);
  if (base === undefined) return fault(`there is no service ${baseName}${path === undefined ? '' : ` in ${path}`}`);
  // Paths of another file begin in its own folder.
  const located = path === undefined ? base : resolveServicePaths(base, target.directory);
  return mergeTrees(withoutTags(located), own, ['services', name]) ?? own;
}
