import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildInstructions } from '@device-supervisor/compose-project';
import { packBuildContext } from './build-context.ts';

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

function instructions(dockerfile: BuildInstructions['dockerfile'], context: string = folder): BuildInstructions {
  return {
    context,
    dockerfile,
    args: {},
    labels: {},
    tags: [],
    cacheFrom: [],
    target: null,
    network: null,
    noCache: false,
    pull: false,
    addBusybox: false,
  };
}

async function packed(
  build: BuildInstructions = instructions({ kind: 'file', path: join(folder, 'Dockerfile') }),
  busybox: string | null = null,
): Promise<{ dockerfile: string; entries: Record<string, string> }> {
  const { archive, dockerfile } = await packBuildContext(build, busybox);
  const entries: Record<string, string> = {};
  const reader = extract();
  archive.once('error', (error) => reader.destroy(error));
  archive.pipe(reader);
  for await (const entry of reader) {
    const { name, type, mode, linkname } = entry.header;
    const content = await text(Readable.from(entry));
    entries[name] = type === 'file' ? `${mode.toString(8)} ${content}` : `${type} ${linkname ?? ''}`.trim();
  }
  return { dockerfile, entries };
}

describe('packBuildContext', () => {
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

  it('tells upper from lower case, and finds a file in an ignored folder that a later rule wants', async () => {
    await write({
      '.dockerignore': 'Keep\ndata\n!data/keep/it',
      Dockerfile: '',
      keep: '',
      'data/drop': '',
      'data/keep/it': 'x',
    });
    expect(Object.keys((await packed()).entries)).toEqual(['.dockerignore', 'Dockerfile', 'keep', 'data/keep/it']);
  });

  it('prefers the ignore file that belongs to the Dockerfile, which may be in an ignored folder', async () => {
    await write({
      '.dockerignore': 'a',
      'docker/Dockerfile': 'FROM x',
      'docker/Dockerfile.dockerignore': 'b\ndocker\n.dockerignore',
      a: '',
      b: '',
    });
    const { dockerfile, entries } = await packed(
      instructions({ kind: 'file', path: join(folder, 'docker/Dockerfile') }),
    );
    expect(dockerfile).toBe('docker/Dockerfile');
    expect(Object.keys(entries)).toEqual(['.dockerignore', 'a', 'docker/Dockerfile']);
  });

  it('adds a Dockerfile that is written in the compose file, or stands elsewhere', async () => {
    await write({ 'context/a': '', 'other/Dockerfile': 'FROM other' });
    const context = join(folder, 'context');
    const inline = await packed(instructions({ kind: 'inline', content: 'FROM inline' }, context));
    expect(inline.entries[inline.dockerfile]).toBe('644 FROM inline');
    const foreign = await packed(instructions({ kind: 'file', path: join(folder, 'other/Dockerfile') }, context));
    expect(foreign.entries[foreign.dockerfile]).toBe('644 FROM other');
  });

  it('adds a busybox', async () => {
    await write({ Dockerfile: '', tool: 'static' });
    expect((await packed(undefined, join(folder, 'tool'))).entries['busybox']).toBe('755 static');
  });

  it('fails when the context or the Dockerfile is not there', async () => {
    await expect(packed(instructions({ kind: 'inline', content: '' }, join(folder, 'none')))).rejects.toThrow('ENOENT');
    await expect(packed(instructions({ kind: 'file', path: '/none/Dockerfile' }))).rejects.toThrow('ENOENT');
  });
});
