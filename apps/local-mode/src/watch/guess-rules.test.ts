import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseIgnoreRules } from '../build/context-files.ts';
import { parseDockerfile } from '../build/dockerfile.ts';
import { guessRules } from './guess-rules.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'guess-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** The effect of a change of each file: `rebuild`, `nothing`, or its places in the container. */
async function effects(
  dockerfile: string,
  files: readonly string[],
  { target = null, ignore = '' }: { readonly target?: string | null; readonly ignore?: string } = {},
): Promise<Readonly<Record<string, string>>> {
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), '');
  }
  const patterns = parseIgnoreRules(ignore);
  const { actionsFor } = guessRules(
    parseDockerfile(dockerfile),
    { target, dockerfile: { kind: 'file', path: join(root, 'Dockerfile') } },
    { root, rules: { file: null, ignores: (name) => patterns.ignores(name), hasExceptions: false } },
  );
  return Object.fromEntries(
    files.map((file) => {
      const { rebuild, copies, restart } = actionsFor(join(root, file));
      const places = copies.map((copy) => `${copy.target}${copy.owner === null ? '' : ` of ${copy.owner}`}`).join(', ');
      return [file, rebuild ? 'rebuild' : places === '' ? 'nothing' : `${places}${restart ? '' : ' without restart'}`];
    }),
  );
}

describe('guessRules', () => {
  it('copies what nothing runs after, and rebuilds for what a step has used', async () => {
    const dockerfile =
      'FROM node\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["node", "src/main.js"]';
    const files = [
      'package.json',
      'package-lock.json',
      'src/main.js',
      'Dockerfile',
      'node_modules/a.js',
      '.dockerignore',
    ];
    expect(await effects(dockerfile, files, { ignore: 'node_modules' })).toEqual({
      'package.json': 'rebuild',
      'package-lock.json': 'rebuild',
      'src/main.js': '/app/src/main.js',
      Dockerfile: 'rebuild',
      'node_modules/a.js': 'nothing',
      '.dockerignore': 'rebuild',
    });
  });

  it('knows where files, folders and patterns go', async () => {
    const dockerfile = `FROM scratch
WORKDIR /srv
COPY --chown=node:node src lib
COPY conf/app.conf /etc/app.conf
COPY a.txt b.txt /texts/
COPY ["with space", "c.txt", "/json"]
COPY *.html www/
WORKDIR sub
COPY deep/x ./
`;
    expect(
      await effects(dockerfile, [
        'src/x/y.js',
        'conf/app.conf',
        'a.txt',
        'with space',
        'index.html',
        'deep/x/z',
        'README.md',
      ]),
    ).toEqual({
      'src/x/y.js': '/srv/lib/x/y.js of node:node',
      'conf/app.conf': '/etc/app.conf',
      'a.txt': '/texts/a.txt',
      'with space': '/json/with space',
      'index.html': '/srv/www/index.html',
      'deep/x/z': '/srv/sub/z',
      'README.md': 'nothing',
    });
  });

  it('follows the stages of the target, and rebuilds for files of other stages', async () => {
    const dockerfile = `FROM node AS base
WORKDIR /app
COPY base.js ./
FROM base AS build
COPY src src
RUN npm run build
FROM base AS dev
COPY src src
FROM scratch
COPY --from=build /app/dist /dist
COPY static /static
`;
    const files = ['base.js', 'src/a.js', 'static/b'];
    expect(await effects(dockerfile, files)).toEqual({
      'base.js': 'rebuild',
      'src/a.js': 'rebuild',
      'static/b': '/static/b',
    });
    expect(await effects(dockerfile, ['base.js', 'static/b'], { target: 'dev' })).toEqual({
      'base.js': '/app/base.js',
      'static/b': 'rebuild',
    });
  });

  it('rebuilds when it cannot know: variables, archives, modes, mounts, a working directory of the base image', async () => {
    const dockerfile = `FROM node
COPY relative x
WORKDIR /app
COPY variable $TARGET/
ADD archive.tar /app/
COPY --chmod=755 mode /app/
RUN --mount=type=bind,source=mounted,target=/m make
COPY mounted /app/mounted
`;
    const files = ['relative', 'variable', 'archive.tar', 'mode', 'mounted/a'];
    expect(new Set(Object.values(await effects(dockerfile, files)))).toEqual(new Set(['rebuild']));
  });
});
