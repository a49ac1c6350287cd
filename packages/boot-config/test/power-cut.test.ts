import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectVfat, runOnVfat, type VfatContent } from '@device-supervisor/testbed';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_TXT } from './vfat-targets.ts';

const copies: [string, VfatContent][] = [];
beforeAll(async () => {
  const memory = join(await mkdtemp(join(tmpdir(), 'boot-config-')), 'boot-config.json');
  const script = fileURLToPath(new URL('write-on-vfat.ts', import.meta.url));
  const directory = await runOnVfat({ script, args: [memory] });
  for (const name of (await readdir(directory)).toSorted()) {
    copies.push([name.slice(4), await inspectVfat(join(directory, name))]);
  }
});

const VERSIONS: ReadonlyMap<string | undefined, string> = new Map([
  [CONFIG_TXT, 'start'],
  [`${CONFIG_TXT}gpu_mem=64\n`, 'first'],
  [`${CONFIG_TXT}gpu_mem=128\ndtoverlay=i2c-rtc\ndtparam=ds1307\n`, 'second'],
]);

function versionsAt(step: string): readonly string[] {
  const contents = copies.filter(([name]) => name === step).map(([, { files }]) => files.get('config.txt'));
  return [...new Set(contents.map((content) => VERSIONS.get(content) ?? `torn: ${content ?? 'nothing'}`))];
}

describe('a power cut while config.txt is written on a real vfat', () => {
  it.each([
    ['first', ['start', 'first'], ['first']],
    ['second', ['first', 'second'], ['second']],
    ['third', ['second', 'start'], ['start']],
  ])('leaves the old or the new one (%s)', (step, during, after) => {
    expect(versionsAt(step)).toEqual(during);
    expect(versionsAt(`${step}-done`)).toEqual(after);
  });

  it('leaves nothing to repair', () => {
    expect(copies.flatMap(([, { damage }]) => damage)).toEqual([]);
    expect(copies.length).toBeGreaterThan(60);
  });
});
