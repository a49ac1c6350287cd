import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const page = readFileSync(resolve(ROOT, 'docs/lessons.md'), 'utf8');
/** `[file](…) › name`, up to the next one, a note after a full stop, or the end of the cell. */
const named = [...page.matchAll(/\[([^\]]+\.test\.ts)\]\([^)]+\) › (.+?)(?:<br>|\. |  ?\|)/g)];

it('every test that the page of lessons names is there', () => {
  expect(named.length).toBeGreaterThan(35);
  const missing = named.filter(([, file = '', name = '']) => {
    const content = readFileSync(resolve(ROOT, file), 'utf8');
    return !content.includes(name);
  });
  expect(missing.map(([, file, name]) => `${file} › ${name}`)).toEqual([]);
});

it('every lesson has one', () => {
  const rows = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  expect(rows).toHaveLength(36);
  expect(rows.filter((row) => !row.includes('.test.ts)'))).toEqual([]);
});
