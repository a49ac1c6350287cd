import type { Violation } from '../violation.ts';

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = new Set(['common', 'helper', 'helpers', 'lib', 'libs', 'misc', 'util', 'utils']);

/** Files and folders of packages, apps and tooling are named after what is in them. */
export function checkNames(files: readonly string[]): Violation[] {
  const own = files.filter((file) => /^(packages|apps|tooling)\//.test(file));
  return own.flatMap((file) => {
    const empty = file.split('/').map(stem).find(isEmpty);
    return empty === undefined
      ? []
      : [{ rule: 'name', file, line: null, message: `${empty} says nothing: name it after what it holds` }];
  });
}

/** `http-utils.test.ts` → `http-utils`. */
function stem(segment: string): string {
  return segment.replace(/\..*$/, '');
}

function isEmpty(name: string): boolean {
  return EMPTY_NAMES.has(name) || EMPTY_NAMES.has(name.slice(name.lastIndexOf('-') + 1));
}
