import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLanguage } from './check-language.ts';

describe('checkLanguage', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'language-'));
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function found(text: string): string[] {
    writeFileSync(join(root, 'a.md'), text);
    return checkLanguage(root, ['a.md']).map(({ line, message }) => `${line} ${/^"(.*?)"/.exec(message)?.[1] ?? ''}`);
  }

  it.each([
    ['Somebody changed the file.\nWhoever reads it', ['1 Somebody', '2 Whoever']],
    ['The cloud is told at once; the outage is told of.', ['1 is told']],
    ['// That the engine is away is reported.', ['1 // That the']],
    ['* Who asks for a plan gets it.', ['1 * Who asks']],
    ['/** What an engine holds. */\n/** The contents of an engine. */', ['1 /** What a']],
    ['// It is tried again and again.', ['1 // It is tried again and again']],
    ['It waits in vain, for ever.', ['1 for ever', '1 in vain']],
    ['It is up to {@link block}', ['1 is up to']],
  ])('finds it in %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    'USER nobody',
    "user: 'nobody',",
    'nobody:x:65534:',
    'Who may take an update lock: `packages/lockfile/src`.',
    'A pause is up to a quarter longer, and the list is up to date.',
    'A client that asks for a plan gets it.',
  ])('accepts %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('reads text and code, and no other file', () => {
    writeFileSync(join(root, 'a.json'), 'somebody');
    expect(checkLanguage(root, ['a.json'])).toEqual([]);
  });
});
