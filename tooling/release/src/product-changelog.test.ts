import { describe, expect, it } from 'vitest';
import { addRelease } from './product-changelog.ts';
import { parseChangeset } from './read-changesets.ts';

describe('the changelog of the product', () => {
  const first = addRelease('', '0.1.0', [
    { bump: 'patch', summary: 'A fix.' },
    { bump: 'minor', summary: 'A feature.\n\nWith details.' },
  ]);

  it('has each change once, the larger ones first', () => {
    expect(first).toBe(
      '# Changelog\n\n## 0.1.0\n\n### Changes\n\n- A feature.\n\n  With details.\n\n### Fixes\n\n- A fix.\n',
    );
  });

  it('keeps older releases below', () => {
    expect(addRelease(first, '0.1.1', [{ bump: 'patch', summary: 'Another fix.' }])).toBe(
      first.replace('# Changelog\n', '# Changelog\n\n## 0.1.1\n\n### Fixes\n\n- Another fix.\n'),
    );
  });
});

describe('a changeset', () => {
  it('counts as the largest change that it names', () => {
    const text = "---\n'@device-supervisor/a': patch\n'@device-supervisor/b': minor\n---\n\nA feature.\n";
    expect(parseChangeset('a.md', text)).toEqual({ bump: 'minor', summary: 'A feature.' });
  });

  it('without a package or a text is refused', () => {
    for (const text of ['---\n---\n\nNothing.\n', "---\n'@device-supervisor/a': patch\n---\n", 'text']) {
      expect(() => parseChangeset('a.md', text)).toThrow('.changeset/a.md');
    }
  });
});
