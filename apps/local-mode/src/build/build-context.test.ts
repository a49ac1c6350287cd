import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DockerfileSource } from '@device-supervisor/compose-project';
import { openBuildContext, packBuildContext } from './build-context.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'context-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

interface Packed {
  readonly dockerfile: string;
  readonly entries: Readonly<Record<string, string>>;
}

async function packed(
  dockerfile: DockerfileSource = { kind: 'file', path: join(folder, 'Dockerfile') },
  { context = folder, busybox = null }: { readonly context?: string; readonly busybox?: string | null } = {},
): Promise<Packed> {
  const opened = await openBuildContext({ context, dockerfile }, busybox);
  const { archive, dockerfile: name } = packBuildContext(opened, dockerfile, (files) => files);
  const entries: Record<string, string> = {};
  const reader = extract();
  archive.once('error', (error) => reader.destroy(error));
  archive.pipe(reader);
  for await (const entry of reader) {
    const { name: path, type, mode, linkname } = entry.header;
    const content = await text(Readable.from(entry));
    entries[path] = type === 'file' ? `${mode.toString(8)} ${content}` : `${type} ${linkname ?? ''}`.trim();
  }
  return { dockerfile: name, entries };
}

async function names(patterns: readonly string[] = []): Promise<readonly string[]> {
  const opened = await openBuildContext({ context: folder, dockerfile: { kind: 'inline', content: '' } }, null);
  return (await Array.fromAsync(opened.files(patterns))).map(({ name }) => name);
}

describe('the archive for the classic builder', () => {
  it('packs files with their modes, folders and links', async () => {
    await write({ Dockerfile: 'FROM scratch', 'src/run.sh': 'echo', 'src/empty': '' });
    await chmod(join(folder, 'src/run.sh'), 0o755);
    await chmod(join(folder, 'Dockerfile'), 0o600);
    await symlink('src/run.sh', join(folder, 'link'));
    expect(await packed()).toEqual({
      dockerfile: 'Dockerfile',
      entries: {
        Dockerfile: '600 FROM scratch',
        link: 'symlink src/run.sh',
        src: 'directory',
        'src/empty': '644 ',
        'src/run.sh': '755 echo',
      },
    });
  });

  it('leaves out what .dockerignore names, but neither itself nor the Dockerfile', async () => {
    await write({
      '.dockerignore': '*\n!src\nsrc/**/*.tmp\n# !comment\n',
      Dockerfile: 'FROM scratch',
      README: '',
      'src/a': '',
      'src/deep/b.tmp': '',
      'node_modules/x/y': '',
    });
    expect(Object.keys((await packed()).entries)).toEqual(['.dockerignore', 'Dockerfile', 'src', 'src/a', 'src/deep']);
  });

  it('prefers the ignore file that belongs to the Dockerfile, which may be in an ignored folder', async () => {
    await write({
      '.dockerignore': 'a',
      'docker/Dockerfile': 'FROM x',
      'docker/Dockerfile.dockerignore': 'b\ndocker\n.dockerignore',
      a: '',
      b: '',
    });
    const { dockerfile, entries } = await packed({ kind: 'file', path: join(folder, 'docker/Dockerfile') });
    expect(dockerfile).toBe('docker/Dockerfile');
    expect(Object.keys(entries)).toEqual(['.dockerignore', 'a', 'docker', 'docker/Dockerfile']);
  });

  it('adds a Dockerfile that is written in the compose file, or stands elsewhere', async () => {
    await write({ 'context/a': '', 'other/Dockerfile': 'FROM other' });
    const context = join(folder, 'context');
    const inline = await packed({ kind: 'inline', content: 'FROM inline' }, { context });
    expect(inline.entries[inline.dockerfile]).toBe('644 FROM inline');
    const foreign = await packed({ kind: 'file', path: join(folder, 'other/Dockerfile') }, { context });
    expect(foreign.entries[foreign.dockerfile]).toBe('644 FROM other');
  });

  it('adds a busybox', async () => {
    await write({ Dockerfile: '', tool: 'static' });
    expect((await packed(undefined, { busybox: join(folder, 'tool') })).entries['busybox']).toBe('755 static');
  });

  it('fails when the context or the Dockerfile is not there', async () => {
    await expect(packed({ kind: 'inline', content: '' }, { context: join(folder, 'none') })).rejects.toThrow('ENOENT');
    await expect(packed({ kind: 'file', path: '/none/Dockerfile' })).rejects.toThrow('ENOENT');
  });
});

describe('the files of a context', () => {
  it('come sorted by their bytes, each folder before its contents, as the engine wants them', async () => {
    await write({ 'a/b': '', 'a-b': '', 'a.b': '', Z: '', é: '', '\u{1f600}': '', '\uffee': '' });
    expect(await names()).toEqual(['Z', 'a', 'a/b', 'a-b', 'a.b', 'é', '\uffee', '\u{1f600}'].toSorted(byPathBytes));
  });

  it('hold a folder above a file that a later rule wants', async () => {
    await write({ '.dockerignore': 'Keep\ndata\n!data/keep/it', keep: '', 'data/drop': '', 'data/keep/it': 'x' });
    expect(await names()).toEqual(['.dockerignore', 'data', 'data/keep', 'data/keep/it', 'keep']);
  });

  it('are only those that the build wants, up to the first wildcard', async () => {
    await write({ 'src/a': '', 'srcs/b': '', 'package.json': '', 'docs/x/y': '', 'docs/z': '' });
    expect(await names(['src', 'docs/x/*.md'])).toEqual(['docs', 'docs/x', 'docs/x/y', 'src', 'src/a']);
    expect(await names(['src', 'package*.json'])).toHaveLength(9);
  });

  it('are all, when a link is on the way to one that the build wants', async () => {
    await write({ 'real/a': '', other: '' });
    await symlink('real', join(folder, 'link'));
    expect(await names(['link/a'])).toEqual(['link', 'other', 'real', 'real/a']);
  });
});

function byPathBytes(a: string, b: string): number {
  const key = (path: string): Buffer => Buffer.from(path.replaceAll('/', '\0'));
  return Buffer.compare(key(a), key(b));
}
