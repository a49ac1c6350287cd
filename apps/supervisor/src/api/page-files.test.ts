import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageFiles } from './page-files.ts';

describe('the files of the page', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'page-'));
    await mkdir(join(directory, 'page/inner'), { recursive: true });
    await writeFile(join(directory, 'page/index.html'), '<!doctype html>');
    await writeFile(join(directory, 'page/main-a1B2_c3-.js'), 'plain');
    await writeFile(join(directory, 'page/main-a1B2_c3-.js.gz'), 'packed');
    await writeFile(join(directory, 'page/inner/deep.js'), 'deep');
    await writeFile(join(directory, 'secret.js'), 'secret');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const read = async (name: string, acceptsGzip = false) => {
    const file = await pageFiles(join(directory, 'page')).read(name, acceptsGzip);
    return file === null ? null : { ...file, bytes: new TextDecoder().decode(file.bytes) };
  };

  it('have their type, and may change unless their name has a hash', async () => {
    expect(await read('index.html', true)).toEqual({
      bytes: '<!doctype html>',
      contentType: 'text/html; charset=UTF-8',
      isGzip: false,
      isImmutable: false,
    });
    expect(await read('main-a1B2_c3-.js')).toMatchObject({ bytes: 'plain', isGzip: false, isImmutable: true });
  });

  it('are packed for clients that can unpack them', async () => {
    expect(await read('main-a1B2_c3-.js', true)).toMatchObject({ bytes: 'packed', isGzip: true });
  });

  it.each([
    '../secret.js',
    `${'x'.repeat(300)}.js`,
    'inner/deep.js',
    '.js',
    '..',
    '',
    'main-a1B2_c3-.js.gz',
    'index.html\0',
    'absent.js',
  ])('do not include %j', async (name) => {
    expect(await read(name)).toBeNull();
  });
});
