import { stripVTControlCharacters } from 'node:util';
import type { TestError } from 'vitest';
import type { TestModule } from 'vitest/node';

/** Frames of a stack that help to find the place: those of this repository, from the failure outwards. */
const FRAMES = 4;

/**
 * Why a test file failed: a text for each failed test, and for each failure outside of tests.
 *
 * @param root of the repository
 */
export function describeFailure(module: TestModule, root: string): string[] {
  const outside = [module, ...module.children.allSuites()].flatMap((part) =>
    part.errors().map((error) => ['outside of a test', error] as const),
  );
  const tests = [...module.children.allTests('failed')].flatMap((test) =>
    (test.result().errors ?? []).map((error) => [test.fullName, error] as const),
  );
  return [...outside, ...tests].map(([name, error]) => `  ✗ ${name}\n${indent(describeError(error, root))}`);
}

function describeError({ name, message, diff, stack, cause }: TestError, root: string): string {
  const frames = (stack ?? '')
    .split('\n')
    .filter((line) => line.includes(root) && !line.includes('/node_modules/'))
    .slice(0, FRAMES)
    .map((line) => line.trim().replace(`${root}/`, '').replace('file://', ''));
  const reason = cause === undefined ? [] : [`caused by ${cause.name ?? 'Error'}: ${cause.message}`];
  return [`${name ?? 'Error'}: ${message}`, ...reason, ...(diff === undefined ? [] : [diff]), ...frames]
    .map(stripVTControlCharacters)
    .join('\n');
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '      ');
}
