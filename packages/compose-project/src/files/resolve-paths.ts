import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { child, mapChildren, scalarTree, textOf, withChild, type MapTree, type Tree } from '../yaml/tree.ts';

/**
 * Makes the paths of this machine in a compose file absolute: build contexts, files of variables, bind mounts, configs,
 * secrets and watched paths. A path that starts with `~` begins in the user's home.
 *
 * @param directory absolute; relative paths begin there
 */
export function resolvePaths(tree: MapTree, directory: string): MapTree {
  return mapChildren(tree, (section, name) => {
    if (section.kind !== 'map') return section;
    switch (name) {
      case 'services':
        return mapChildren(section, (service) => resolveServicePaths(service, directory));
      case 'volumes':
        return mapChildren(section, (volume) => resolveVolume(volume, directory));
      case 'configs':
      case 'secrets':
        return mapChildren(section, (file) => (file.kind === 'map' ? atKey(file, 'file', pathIn(directory)) : file));
      default:
        return section;
    }
  });
}

/** Makes the paths of one service absolute. */
export function resolveServicePaths(service: Tree, directory: string): Tree {
  if (service.kind !== 'map') return service;
  const toPath = pathIn(directory);
  const steps: readonly [string, (value: Tree) => Tree][] = [
    ['build', (build) => resolveBuild(build, directory)],
    ['env_file', (files) => each(files, (file) => (file.kind === 'map' ? atKey(file, 'path', toPath) : toPath(file)))],
    ['label_file', (files) => each(files, toPath)],
    ['volumes', (volumes) => each(volumes, (volume) => resolveMount(volume, directory))],
    ['develop', (develop) => resolveWatch(develop, toPath)],
  ];
  return steps.reduce<MapTree>((resolved, [key, change]) => atKey(resolved, key, change), service);
}

/** Whether a path is that of a repository, an archive or an artefact on the network. */
export function isRemote(path: string): boolean {
  return /^([a-z][a-z0-9+.-]*:\/\/|oci:|git@|github\.com\/)/i.test(path);
}

function resolveBuild(build: Tree, directory: string): Tree {
  const toContext = (context: Tree): Tree => (isRemote(textOf(context) ?? '') ? context : pathIn(directory)(context));
  if (build.kind === 'scalar') return toContext(build);
  if (build.kind !== 'map') return build;
  return atKey(atKey(build, 'context', toContext), 'additional_contexts', (contexts) =>
    resolveContexts(contexts, directory),
  );
}

function resolveContexts(contexts: Tree, directory: string): Tree {
  const toFolder = (source: string): string =>
    isRemote(source) || source.startsWith('service:') || source === '' ? source : absolute(source, directory);
  if (contexts.kind === 'map') {
    return mapChildren(contexts, (context) => {
      const text = textOf(context);
      return text === undefined ? context : scalarTree(toFolder(text), context.place);
    });
  }
  return each(contexts, (context) => {
    const [, name, source] = /^([^=]*)=(.*)$/s.exec(textOf(context) ?? '') ?? [];
    return source === undefined ? context : scalarTree(`${name}=${toFolder(source)}`, context.place);
  });
}

function resolveMount(mount: Tree, directory: string): Tree {
  if (mount.kind === 'map') {
    return textOf(child(mount, 'type')) === 'bind' ? atKey(mount, 'source', pathIn(directory)) : mount;
  }
  const text = textOf(mount);
  if (text === undefined || !/^(\.{1,2}|~)(\/|:|$)/.test(text) || !text.includes(':')) return mount;
  const [source = '', ...rest] = text.split(':');
  return scalarTree([absolute(source, directory), ...rest].join(':'), mount.place);
}

/** A volume of the driver `local` may stand for a path of the host. */
function resolveVolume(volume: Tree, directory: string): Tree {
  const options = child(volume, 'driver_opts');
  if (volume.kind !== 'map' || options?.kind !== 'map') return volume;
  const device = textOf(child(options, 'device')) ?? '';
  if (!/\bbind\b/.test(textOf(child(options, 'o')) ?? '') || !/^[.~]/.test(device)) return volume;
  return withChild(volume, 'driver_opts', atKey(options, 'device', pathIn(directory)));
}

function resolveWatch(develop: Tree, toPath: (value: Tree) => Tree): Tree {
  if (develop.kind !== 'map') return develop;
  return atKey(develop, 'watch', (rules) =>
    each(rules, (rule) => (rule.kind === 'map' ? atKey(rule, 'path', toPath) : rule)),
  );
}

function pathIn(directory: string): (value: Tree) => Tree {
  return (value) => {
    const text = textOf(value);
    return text === undefined ? value : { ...value, kind: 'scalar', value: absolute(text, directory) };
  };
}

function absolute(path: string, directory: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return isAbsolute(path) ? path : resolve(directory, path);
}

function atKey(tree: MapTree, key: string, change: (value: Tree) => Tree): MapTree {
  const value = child(tree, key);
  return value === undefined ? tree : withChild(tree, key, change(value));
}

/** Changes a single value, or each item of a list. */
function each(tree: Tree, change: (item: Tree) => Tree): Tree {
  return tree.kind === 'list' ? { ...tree, items: tree.items.map(change) } : change(tree);
}
