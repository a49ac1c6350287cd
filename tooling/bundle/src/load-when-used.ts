import { builtinModules, createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** Modules of Node.js that are loaded before the first line of a program runs, or that every program uses at once. */
const LOADED_ANYWAY: ReadonlySet<string> = new Set([
  'assert',
  'buffer',
  'events',
  'fs',
  'module',
  'net',
  'path',
  'process',
  'stream',
  'timers',
  'url',
  'util',
]);

const NAMESPACE = 'load-when-used';

/**
 * Loads a module of Node.js when the program first uses an export of it, and not when it imports it: much of what a program
 * imports is used in some modes alone, or never. Such a program starts sooner, and is smaller.
 */
export function loadWhenUsed(): Plugin {
  const names = builtinModules.filter((name) => /^[a-z]/.test(name) && !LOADED_ANYWAY.has(name));
  return {
    name: NAMESPACE,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(node:)?(${names.join('|')})$`) }, ({ path, namespace, kind }) =>
        namespace !== NAMESPACE && (kind === 'import-statement' || kind === 'require-call')
          ? { path, namespace: NAMESPACE }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: standIn(path), loader: 'js' }));
    },
  };
}

/** Source of a CommonJS module with the exports of another one, which is loaded when one of them is read. */
function standIn(name: string): string {
  const exported: unknown = createRequire(import.meta.url)(name);
  const names = typeof exported === 'object' && exported !== null ? Object.keys(exported) : [];
  const getters = names.map((one) => `get ${one}(){return load().${one}}`);
  return `let loaded;\nconst load=()=>loaded??=require(${JSON.stringify(name)});\nmodule.exports={${getters.join(',')}};`;
}
