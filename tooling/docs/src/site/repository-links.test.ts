import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkSourcesToRepository } from './repository-links.ts';

const root = join(import.meta.dirname, '../../../..');
const rewrite = (text: string): string =>
  linkSourcesToRepository(text, { root, file: 'docs/architecture.md', repository: 'https://host/our/code' });

describe('linkSourcesToRepository', () => {
  it.each([
    ['[a](../tooling/checks/src/steps.ts)', '[a](https://host/our/code/blob/main/tooling/checks/src/steps.ts)'],
    ['[a](../LICENSE#top)', '[a](https://host/our/code/blob/main/LICENSE#top)'],
    ['[a](../examples/hello)', '[a](https://host/our/code/tree/main/examples/hello)'],
    ['[a](glossary.md#lease)', '[a](glossary.md#lease)'],
    ['![a](images/page-dark.png)', '![a](images/page-dark.png)'],
    ['[a](#layers), [b](https://example.com/x)', '[a](#layers), [b](https://example.com/x)'],
  ])('turns %s into %s', (text, expected) => {
    expect(rewrite(text)).toBe(expected);
  });

  it('names every file that does not exist', () => {
    expect(() => rewrite('[a](none.md) [b](../packages/none) [c](glossary.md)')).toThrow(
      'docs/architecture.md links to what does not exist: none.md, ../packages/none',
    );
  });
});
