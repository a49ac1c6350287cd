import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const examples = join(root, 'examples/libraries');
const regions = readdirSync(examples)
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => regionsOf(readFileSync(join(examples, name), 'utf8')));

describe.each(readdirSync(join(root, 'packages')).filter((name) => !name.includes('.')))('the README of %s', (name) => {
  const blocks = blocksOf(readFileSync(join(root, 'packages', name, 'README.md'), 'utf8'));

  it('has an example', () => {
    expect(blocks).not.toEqual([]);
  });

  it.each(blocks.map((block, index) => [index + 1, block] as const))(
    'shows lines of a file that runs: %i',
    (_, block) => {
      expect(regions).toContain(block);
    },
  );
});

/** The lines between `// #region` and `// #endregion`. */
function regionsOf(text: string): string[] {
  return [...text.matchAll(/^\/\/ #region .*\n([^]*?)^\/\/ #endregion$/gm)].map(([, lines = '']) => lines);
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, lines = '']) => lines);
}
