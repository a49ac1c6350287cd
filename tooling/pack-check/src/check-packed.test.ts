import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPacked } from './check-packed.ts';

const SOUND = {
  'package.json': JSON.stringify({
    name: '@house/thing',
    version: '1.0.0',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    homepage: 'https://example.com',
    bugs: 'https://example.com/issues',
    repository: { type: 'git', url: 'git+https://example.com/thing.git', directory: 'packages/thing' },
    keywords: ['a', 'b', 'c'],
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    dependencies: { zod: '^4.0.0' },
  }),
  LICENSE: 'Apache License',
  'README.md': '# thing',
  'dist/index.js': 'export const thing = 1;\n',
  'dist/index.d.ts': 'export declare const thing = 1;\n',
};

describe('checkPacked', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'check-packed-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has nothing to say about a package that is in order', async () => {
    expect(await checkPacked(pack(SOUND))).toEqual([]);
  });

  it.each([
    ['an entry point that is not there', { 'dist/index.js': null }, 'file does not exist'],
    ['types that are not there', { 'dist/index.d.ts': null }, 'it has no types'],
    [
      'types of another module format',
      {
        'package.json': SOUND['package.json'].replace('index.d.ts', 'index.d.cts'),
        'dist/index.d.cts': SOUND['dist/index.d.ts'],
      },
      'Masquerading as CJS',
    ],
    ['a missing licence text', { LICENSE: null }, '/LICENSE is missing'],
    ['a missing README', { 'README.md': null }, '/README.md is missing'],
    [
      'a module that nothing imports',
      {
        'dist/index.js': "export * from './one.js';\n",
        'dist/one.js': 'export const one = 1;\n',
        'dist/two.js': 'run();\n',
      },
      'dist/two.js is published, and nothing that is exported imports it',
    ],
    [
      'a map to sources that are not there',
      { 'dist/index.js.map': JSON.stringify({ sources: ['../src/index.ts'] }) },
      'dist/index.js.map leads to src/index.ts, which is not published',
    ],
    [
      'a map that is not there',
      { 'dist/index.js': `${SOUND['dist/index.js']}//# sourceMappingURL=index.js.map\n` },
      'dist/index.js names a map that is not published',
    ],
    [
      'a manifest that no search finds',
      { 'package.json': SOUND['package.json'].replace('"c"', '').replace('"b",', '"b"') },
      'package.json: keywords are fewer than three',
    ],
    ['a test', { 'src/index.test.ts': '' }, '/src/index.test.ts should not be published'],
    [
      'a dependency that means nothing elsewhere',
      { 'package.json': SOUND['package.json'].replace('^4.0.0', 'workspace:^') },
      'the dependency zod is workspace:^, which means something here only',
    ],
    [
      'a dependency on one version alone',
      { 'package.json': SOUND['package.json'].replace('^4.0.0', '4.0.0') },
      'the dependency zod is 4.0.0; name a range, such as ^4.0.0',
    ],
  ])('finds %s', async (_, change, problem) => {
    expect(await checkPacked(pack({ ...SOUND, ...change }))).toContainEqual(expect.stringContaining(problem));
  });

  it('wants no types of a command, and its program', async () => {
    const { homepage, bugs, repository, keywords }: object & Record<string, unknown> = JSON.parse(
      SOUND['package.json'],
    );
    const manifest = {
      homepage,
      bugs,
      repository,
      keywords,
      name: '@house/command',
      version: '1.0.0',
      license: 'Apache-2.0',
      type: 'module',
      bin: { thing: 'bin/thing.mjs' },
      engines: { node: '>=24' },
    };
    const { LICENSE, 'README.md': readme } = SOUND;
    const files = { 'package.json': JSON.stringify(manifest), LICENSE, 'README.md': readme };
    expect(await checkPacked(pack({ ...files, 'bin/thing.mjs': '#!/usr/bin/env node\n' }))).toEqual([]);
    rmSync(join(folder, 'package/bin'), { recursive: true });
    expect(await checkPacked(pack(files))).toContainEqual(expect.stringContaining('bin/thing.mjs'));
  });

  function pack(files: Readonly<Record<string, string | null>>): Uint8Array<ArrayBuffer> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, 'package', name);
      mkdirSync(dirname(path), { recursive: true });
      if (content !== null) writeFileSync(path, content);
    }
    const tarball = join(folder, 'package.tgz');
    execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
    return new Uint8Array(readFileSync(tarball));
  }
});
