import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectVfat, runOnVfat, type VfatContent } from '@device-supervisor/testbed';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONTENTS } from './vfat-contents.ts';

/** By the name that the script gave the copy. */
const copies = new Map<string, VfatContent>();
beforeAll(async () => {
  const directory = await runOnVfat({ script: fileURLToPath(new URL('replace-on-vfat.ts', import.meta.url)) });
  for (const name of (await readdir(directory)).toSorted()) copies.set(name, await inspectVfat(join(directory, name)));
});

const copiesOf = (step: string): readonly [string, VfatContent][] =>
  [...copies].filter(([name]) => name.includes(step));

/** `first`, `second` … or what else a file holds. */
function versionIn({ files }: VfatContent): string {
  const content = files.get('config.txt');
  if (content === undefined) return 'nothing';
  if (content === '') return 'empty';
  return Object.entries(CONTENTS).find(([, text]) => text === content)?.[0] ?? `torn: ${content.length} bytes`;
}

function versionsDuring(step: string): readonly string[] {
  const during = copiesOf(step).filter(([name]) => !name.endsWith('-done'));
  return [...new Set(during.map(([, content]) => versionIn(content)))];
}

describe('on a real vfat, a power cut at any call', () => {
  it.each([
    ['first', ['nothing', 'first'], 'first'],
    ['second', ['first', 'second'], 'second'],
    ['third', ['second', 'third'], 'third'],
    ['removed', ['third', 'nothing'], 'nothing'],
  ])('leaves the old or the new file (%s)', (step, during, after) => {
    expect(versionsDuring(step)).toEqual(during);
    expect(copiesOf(`${step}-done`).map(([, content]) => versionIn(content))).toEqual([after]);
  });

  it('leaves nothing to repair', () => {
    const damaged = [...copies].filter(([name, { damage }]) => !name.includes('usual') && damage.length > 0);
    expect(damaged.map(([name, { damage }]) => [name, damage])).toEqual([]);
    expect(copies.size).toBeGreaterThan(40);
  });

  it('destroys a file that is replaced the usual way', () => {
    const [usual] = copiesOf('usual-done').map(([, content]) => content);
    expect(usual?.damage).toContainEqual(expect.stringContaining('free cluster'));
    expect(usual?.files.get('config.txt') ?? '').not.toBe(CONTENTS.first);
    expect(usual?.files.get('config.txt') ?? '').not.toBe(CONTENTS.second);
  });
});
