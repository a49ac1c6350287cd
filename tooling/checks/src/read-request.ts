import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS, type Step } from './steps.ts';

/** What `npm test -- …` asks for. */
export type Request =
  | { readonly kind: 'run'; readonly steps: readonly Step[] }
  /** Runs the tests again whenever a file changes, until it is interrupted. */
  | { readonly kind: 'watch'; readonly command: Step['command'] }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Reads names of steps, paths that narrow the steps with tests (`unit` when no step is named), `--watch`, and
 * `--force`, which runs the tests of unchanged packages as well.
 *
 * @param root of the repository
 */
export function readRequest(root: string, words: readonly string[]): Request {
  const isWatch = words.includes('--watch');
  const isForced = words.includes('--force');
  const rest = words.filter((word) => word !== '--watch' && word !== '--force');
  const named = STEPS.filter(({ name }) => rest.includes(name));
  const others = rest.filter((word) => !STEPS.some(({ name }) => name === word));
  const unknown = others.filter((word) => !existsSync(join(root, word)));
  if (unknown.length > 0) return { kind: 'refused', reason: `There is no step, file or folder ${unknown.join(', ')}.` };

  const paths = others.map((path) => path.replace(/^\.\//, ''));
  const isNarrow = paths.length > 0 || isWatch;
  const steps = isNarrow && named.length === 0 ? STEPS.filter(({ name }) => name === 'unit') : named;
  const [withoutTests] = isNarrow ? steps.filter(({ countsTests }) => !countsTests) : [];
  if (withoutTests !== undefined) {
    return {
      kind: 'refused',
      reason: `The step ${withoutTests.name} runs no tests: it takes neither paths nor --watch.`,
    };
  }
  const [first, ...more] = steps.map((step) => narrow(step, paths));
  const chosen = first === undefined ? STEPS : [first, ...more];
  if (!isWatch) return { kind: 'run', steps: isForced ? chosen.map(forced) : chosen };
  if (first === undefined || more.length > 0) return { kind: 'refused', reason: '--watch takes one step.' };
  if (!first.command.includes('vitest'))
    return { kind: 'refused', reason: `The step ${first.name} cannot be watched.` };
  return { kind: 'watch', command: watching(first.command) };
}

function narrow(step: Step, paths: readonly string[]): Step {
  return paths.length === 0 ? step : { ...forced(step), command: [...step.command, ...paths] };
}

function forced(step: Step): Step {
  return { ...step, skipsUnchanged: false };
}

/** The same command with vitest's own terminal instead of our reporters. */
function watching([program, ...args]: Step['command']): Step['command'] {
  return [
    program,
    ...args.filter((word) => !word.startsWith('--reporter=')).map((word) => (word === 'run' ? 'watch' : word)),
  ];
}
