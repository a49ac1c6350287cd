/** The imports that a layer allows from packages of this workspace. */
export interface LayerRule {
  readonly summary: string;
  /** Packages (without the scope) that its sources may import; `'all'`: every package but apps and tooling. */
  readonly values: readonly string[] | 'all';
  /** Packages of which they may import types alone. */
  readonly types: readonly string[];
  /** Whether its sources are free of Node.js, timers, clock and randomness. */
  readonly isPure: boolean;
}

export type Layer = keyof typeof LAYERS;

/** The directions of dependency, from the inside out. A package names its layer as the tag in its `turbo.json`. */
export const LAYERS = {
  pure: {
    summary: 'computes; no Node.js, no clock',
    values: ['errors', 'primitives', 'state', 'update-locks'],
    types: [],
    isPure: true,
  },
  platform: {
    summary: 'what Node.js lacks, for everything that is not pure',
    values: ['errors', 'primitives'],
    types: [],
    isPure: false,
  },
  domain: {
    summary: 'decides within one field, over ports of its own',
    values: ['durable-file', 'errors', 'primitives', 'state'],
    types: [],
    isPure: false,
  },
  adapter: {
    summary: 'speaks to one thing outside: engine, file system, journal',
    values: ['compose', 'durable-file', 'errors', 'primitives', 'state', 'update-locks'],
    types: ['device'],
    isPure: false,
  },
  core: {
    summary: 'runs the device over ports of its own',
    values: ['compose', 'errors', 'primitives', 'state', 'update-locks'],
    types: [],
    isPure: false,
  },
  delivery: {
    summary: 'offers the device to others',
    values: ['device', 'errors', 'primitives', 'state', 'update-locks'],
    types: ['api-client'],
    isPure: false,
  },
  app: { summary: 'wires packages together', values: 'all', types: [], isPure: false },
  tooling: { summary: 'builds, checks and tests', values: 'all', types: [], isPure: false },
} as const satisfies Record<string, LayerRule>;

/** Packages that may import less than their layer. */
const NARROWER: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  primitives: ['errors'],
  state: ['errors', 'primitives'],
  'update-locks': [],
};

/** Entry points of pure packages that other pure packages may not import. */
const IMPURE_ENTRY_POINTS = [{ package: 'primitives', entryPoint: './system-clock', folder: 'src/system-clock' }];

export function isLayer(word: string): word is Layer {
  return Object.hasOwn(LAYERS, word);
}

/** The rule for one package, given without the scope. */
export function ruleOf(name: string, layer: Layer): LayerRule {
  const rule: LayerRule = LAYERS[layer];
  return Object.hasOwn(NARROWER, name) ? { ...rule, values: NARROWER[name] ?? [] } : rule;
}

/** Whether a file of a package stands behind an entry point that need not be pure. @param file from the package's folder */
export function isImpureFile(name: string, file: string): boolean {
  return IMPURE_ENTRY_POINTS.some((one) => one.package === name && file.startsWith(`${one.folder}/`));
}

export function isImpureEntryPoint(name: string, entryPoint: string): boolean {
  return IMPURE_ENTRY_POINTS.some((one) => one.package === name && one.entryPoint === entryPoint);
}
