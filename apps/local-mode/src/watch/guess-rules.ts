import { statSync } from 'node:fs';
import { join, matchesGlob, posix } from 'node:path';
import type { BuildInstructions } from '@device-supervisor/compose-project';
import type { Dockerfile, Instruction, Stage } from '../build/dockerfile.ts';
import { pathInside, type ContextRules } from './develop-rules.ts';
import type { ServiceRules } from './service-rules.ts';
import { NO_ACTION, type Actions, type Copy } from './update.ts';

const REBUILD: Actions = { ...NO_ACTION, rebuild: true };

/**
 * The smallest action that shows a changed file of a service without rules, by its Dockerfile: a file that is only copied
 * into the image, with no `RUN` after it, goes straight into the container, whose program starts again. Any other file that
 * the Dockerfile copies or mounts needs a new image.
 */
export function guessRules(
  dockerfile: Dockerfile,
  build: Pick<BuildInstructions, 'target' | 'dockerfile'>,
  context: ContextRules,
): ServiceRules {
  const uses = usesOf(dockerfile, build.target);
  const own = build.dockerfile.kind === 'file' ? [build.dockerfile.path] : [];
  const definitions = [
    ...own,
    ...(context.rules.file === null ? [join(context.root, '.dockerignore')] : [context.rules.file]),
  ];
  return {
    roots: [context.root, ...definitions.filter((path) => pathInside(context.root, path) === null)],
    description: describe(uses, context.root),
    initial: [],
    actionsFor(path) {
      if (definitions.includes(path)) return REBUILD;
      const name = pathInside(context.root, path);
      if (name === null || name === '' || context.rules.ignores(name)) return NO_ACTION;
      const found = uses.flatMap((use) => {
        const copy = matchUse(use, name, context.root);
        return copy === null ? [] : [{ use, target: copy }];
      });
      if (found.length === 0) return NO_ACTION;
      const copies = found.flatMap(({ use, target }): Copy[] =>
        use.isLast && target !== '' ? [{ path, target, owner: use.owner }] : [],
      );
      return copies.length === found.length ? { ...NO_ACTION, copies, restart: true } : REBUILD;
    },
    ignoresFolder(path) {
      const name = pathInside(context.root, path);
      if (name === null) return definitions.every((file) => pathInside(path, file) === null);
      return name !== '' && !context.rules.hasExceptions && context.rules.ignores(name);
    },
  };
}

/** One source of a `COPY`, `ADD` or mount from the build context. */
interface Use {
  /** Path in the context, perhaps with wildcards; `''`: all of it. */
  readonly source: string;
  /** Absolute path in the container, ending with a slash when it must be a folder; `''`: not known. */
  readonly target: string;
  /** Whether the file goes unchanged into the container: nothing runs after it in the image. */
  readonly isLast: boolean;
  readonly owner: string | null;
}

function usesOf({ stages }: Dockerfile, target: string | null): Use[] {
  const lineage = lineageOf(stages, target);
  const sequence = lineage.flatMap(({ instructions }) => instructions);
  const lastRun = sequence.findLastIndex(({ keyword }) => keyword === 'RUN');
  const others = stages.filter((stage) => !lineage.includes(stage)).flatMap(({ instructions }) => instructions);
  const uses: Use[] = others.flatMap((instruction) => sourcesOf(instruction, { workdir: null, isLast: false }));
  let workdir: string | null = '/';
  for (const [index, instruction] of sequence.entries()) {
    // An image may have any working directory.
    if (instruction.keyword === 'FROM' && index === 0) workdir = instruction.args[0] === 'scratch' ? '/' : null;
    if (instruction.keyword === 'WORKDIR') workdir = resolvePath(workdir, instruction.args[0] ?? '');
    uses.push(...sourcesOf(instruction, { workdir, isLast: index > lastRun }));
  }
  return uses;
}

/** The stage that becomes the image, after those that it is based on. */
function lineageOf(stages: readonly Stage[], target: string | null): readonly Stage[] {
  const wanted = target?.toLowerCase();
  let stage =
    wanted === undefined ? stages.at(-1) : (stages.find(({ name }) => name === wanted) ?? stages[Number(wanted)]);
  const lineage: Stage[] = [];
  while (stage !== undefined) {
    lineage.unshift(stage);
    const { base }: Stage = stage;
    const index = stages.indexOf(stage);
    stage = stages.slice(0, index).findLast(({ name }) => name === base.toLowerCase());
  }
  return lineage;
}

interface SourceContext {
  /** `null`: not known. */
  readonly workdir: string | null;
  readonly isLast: boolean;
}

function sourcesOf(instruction: Instruction, { workdir, isLast }: SourceContext): Use[] {
  const { keyword, flags, args, hasHeredoc } = instruction;
  if (keyword === 'RUN') return flags.filter(({ name }) => name === 'mount').flatMap(({ value }) => mountOf(value));
  if ((keyword !== 'COPY' && keyword !== 'ADD') || hasHeredoc || flags.some(({ name }) => name === 'from')) return [];
  const sources = args.slice(0, -1).filter((source) => keyword === 'COPY' || !/^([a-z]+:\/\/|git@)/i.test(source));
  const hasSeveral = args.length > 2;
  const path = resolvePath(workdir, args.at(-1) ?? '');
  const target = path === null ? '' : hasSeveral && !path.endsWith('/') ? `${path}/` : path;
  const owner = flags.find(({ name }) => name === 'chown')?.value ?? null;
  // Modes, archives and what is left out are too much for a guess.
  const isPlain = keyword === 'COPY' && flags.every(({ name }) => name === 'chown' || name === 'link');
  return sources.map((source) => ({
    source: posix.join('/', source).slice(1).replace(/\/$/, ''),
    target: [source, target, owner ?? ''].some((text) => text.includes('$')) ? '' : target,
    isLast: isLast && isPlain,
    owner,
  }));
}

/** `RUN --mount=type=bind` without a source of its own mounts the context. */
function mountOf(value: string): Use[] {
  const parts = new Map(
    value.split(',').map((part) => [part.split('=')[0] ?? '', part.slice(part.indexOf('=') + 1)] as const),
  );
  if ((parts.get('type') ?? 'bind') !== 'bind' || parts.has('from')) return [];
  const source = parts.get('source') ?? parts.get('src') ?? '';
  return [{ source: posix.join('/', source).slice(1), target: '', isLast: false, owner: null }];
}

/** Ends with a slash when the text says that it is a folder; `null`: not known. */
function resolvePath(workdir: string | null, text: string): string | null {
  if (text.includes('$')) return null;
  if (text.startsWith('/')) return posix.normalize(text);
  if (workdir === null) return null;
  const path = posix.join(workdir, text);
  return /(^|\/)\.{1,2}$/.test(text) && !path.endsWith('/') ? `${path}/` : path;
}

/** Path of the file in the container; `''`: not known; `null`: the instruction does not use it. */
function matchUse({ source, target }: Use, name: string, root: string): string | null {
  const depth = source === '' ? 0 : source.split('/').length;
  const parts = name.split('/');
  const head = parts.slice(0, depth).join('/');
  if (source !== '' && head !== source && !matchesGlob(head, source)) return null;
  const rest = parts.slice(depth).join('/');
  if (target === '') return '';
  if (rest !== '') return posix.join(target, rest);
  // A folder's contents are copied, not the folder; it has nothing to copy itself.
  if (source === '' || isFolder(join(root, name))) return target;
  if (target.endsWith('/')) return posix.join(target, posix.basename(name));
  // Several files go into a folder, whatever its name looks like.
  return source.includes('*') ? posix.join(target, posix.basename(name)) : target;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function describe(uses: readonly Use[], root: string): string[] {
  const direct = uses.filter(({ isLast, target }) => isLast && target !== '');
  return [
    ...direct.map(
      ({ source, target }) =>
        `${source === '' ? root : join(root, source)} → ${target}: sync+restart, unless an earlier step uses the file`,
    ),
    `${root}: rebuild for what else the Dockerfile uses`,
  ];
}
