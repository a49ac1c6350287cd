import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLinks } from './check-links.ts';

describe('checkLinks', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'site-'));
    mkdirSync(join(folder, 'guides'));
    writeFileSync(join(folder, 'style.css'), '');
    writeFileSync(join(folder, 'guides/a&b.html'), '<h2 id="first-step">First</h2><a href="../index.html">up</a>');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function problemsOf(html: string): string[] {
    writeFileSync(join(folder, 'index.html'), html);
    return checkLinks(folder).map(({ page, link, problem }) => `${page}: ${link}: ${problem}`);
  }

  it.each([
    '<a class="x" href="guides/a%26b.html#first-step">',
    '<a href="guides/a&amp;b.html">',
    '<h1 id="top"></h1><a href="#top">',
    '<link rel="stylesheet" href="style.css"><a href="https://example.com/none">',
    '<img src="data:image/png;base64,AA==">',
  ])('accepts %j', (html) => {
    expect(problemsOf(html)).toEqual([]);
  });

  it.each([
    ['<a href="guides/none.html">', 'index.html: guides/none.html: no such file'],
    ['<a href="guides/a&amp;b.html#second-step">', 'index.html: guides/a&b.html#second-step: no such anchor'],
    ['<a href="#top">', 'index.html: #top: no such anchor'],
    ['<img alt="" src="media/none.png">', 'index.html: media/none.png: no such file'],
    [
      '<script defer src="https://cdn.example.com/a.js">',
      'index.html: https://cdn.example.com/a.js: loaded from elsewhere',
    ],
    ['<link rel="stylesheet" href="//example.com/a.css">', 'index.html: //example.com/a.css: loaded from elsewhere'],
  ])('finds what is wrong in %j', (html, problem) => {
    expect(problemsOf(html)).toEqual([problem]);
  });
});
