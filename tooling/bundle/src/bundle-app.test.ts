import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleApp } from './bundle-app.ts';

const run = promisify(execFile);

describe('bundleApp', () => {
  let app: string;

  beforeEach(async () => {
    app = await mkdtemp(join(tmpdir(), 'bundle-'));
  });

  afterEach(() => rm(app, { recursive: true, force: true }));

  it('makes one CommonJS program with working import.meta and class names', async () => {
    await write({
      'package.json': { type: 'module' },
      'src/main.ts': `
        import { Greeting } from './greeting.ts';
        const text: string = new Greeting().constructor.name;
        console.log(text, import.meta.url.endsWith('/dist/main.cjs'), import.meta.dirname.endsWith('/dist'));`,
      'src/greeting.ts': 'export class Greeting {}',
    });
    const { file, bytes } = await bundleApp(app);
    expect(file).toBe(join(app, 'dist/main.cjs'));
    expect(bytes).toBeGreaterThan(0);
    expect((await run(process.execPath, [file])).stdout).toBe('Greeting true true\n');
  });

  it('loads without the left-out modules, and says so when one is used', async () => {
    await write({
      'package.json': { type: 'module' },
      'src/main.ts': `import 'engine-client';`,
      'node_modules/engine-client/index.js': `
        const { Client } = require('ssh2');
        const protocol = require('protobufjs/light');
        console.log(typeof Client, typeof protocol.loadSync);
        try { new Client(); } catch (error) { console.log(error.message); }`,
    });
    const { file } = await bundleApp(app);
    expect((await run(process.execPath, [file])).stdout).toBe(
      'function function\nthe module ssh2 is not part of this bundle\n',
    );
  });

  it('loads modules of Node.js when they are used, for imports and for calls of require', async () => {
    await write({
      'package.json': { type: 'module' },
      'src/main.ts': `
        import dgram, { createSocket } from 'node:dgram';
        import * as tls from 'node:tls';
        import { client } from './client.cjs';
        const loaded = () => ['dgram', 'http2', 'tls'].filter((name) => process.moduleLoadList.includes('NativeModule ' + name));
        console.log(loaded(), typeof client);
        console.log(dgram.createSocket === createSocket, typeof tls.connect, loaded());
        console.log(client(), loaded());`,
      'src/client.cjs': `
        const http2 = require('http2');
        exports.client = () => typeof http2.connect;`,
    });
    const { file } = await bundleApp(app);
    expect((await run(process.execPath, [file])).stdout.split('\n')).toEqual([
      '[] function',
      "true function [ 'dgram', 'tls' ]",
      "function [ 'dgram', 'http2', 'tls' ]",
      '',
    ]);
  });

  it('refuses two error classes of one name, of which one would show another', async () => {
    await write({
      'package.json': { type: 'module' },
      'src/main.ts': `
        import { LostError as First } from './first.ts';
        import { LostError as Second } from './second.ts';
        console.log(First, Second);`,
      'src/first.ts': 'export class LostError extends Error {}',
      'src/second.ts': 'export class LostError extends Error {}',
    });
    await expect(bundleApp(app)).rejects.toThrow('more than one class named LostError');
    // Those that load when they are needed are assigned instead of declared.
    await write({ 'src/main.ts': `console.log(import('./first.ts'), import('./second.ts'));` });
    await expect(bundleApp(app)).rejects.toThrow('more than one class named LostError');
  });

  it('refuses a native addon that the app does not declare', async () => {
    await write({ 'package.json': { type: 'module' }, 'src/main.ts': `import 'better-sqlite3';` });
    await expect(bundleApp(app)).rejects.toThrow('must name better-sqlite3 in dependencies');
  });

  it('leaves a declared native addon outside', async () => {
    await write({
      'package.json': { type: 'module', dependencies: { 'better-sqlite3': '1.0.0' } },
      'src/main.ts': `import open from 'better-sqlite3'; console.log(open('x'));`,
      'node_modules/better-sqlite3/index.js': 'module.exports = (name) => `opened ${name}`;',
    });
    const { file } = await bundleApp(app);
    expect((await run(process.execPath, [file])).stdout).toBe('opened x\n');
  });

  it('keeps the last bundle when the next one fails', async () => {
    await write({ 'package.json': { type: 'module' }, 'src/main.ts': `console.log('first');` });
    const { file } = await bundleApp(app);
    await write({ 'src/main.ts': `import './missing.ts';` });
    await expect(bundleApp(app)).rejects.toThrow('Could not resolve');
    expect((await run(process.execPath, [file])).stdout).toBe('first\n');
  });

  it('builds the page that the app names beside the program, also packed', async () => {
    const folder = join(app, 'site');
    await write({
      'package.json': { type: 'module', page: 'site' },
      'src/main.ts': `console.log('serves');`,
      'site/vite.config.ts': `export default { base: '/page/', build: { assetsDir: '' } };`,
      'site/index.html': '<!doctype html><script type="module" src="/main.ts"></script>',
      'site/main.ts': `const text: string = 'hello'; document.title = text;`,
    });
    const { page } = await bundleApp(app);
    const names = page?.files.map((path) => basename(path)) ?? [];
    expect(names).toEqual([
      expect.stringMatching(/^index-.*\.js$/),
      expect.stringMatching(/^index-.*\.js\.gz$/),
      'index.html',
      'index.html.gz',
    ]);
    const [script = '', packed = ''] = page?.files ?? [];
    expect(gunzipSync(await readFile(packed))).toEqual(await readFile(script));
    expect(await readFile(join(app, 'dist/page/index.html'), 'utf8')).toContain(`src="/page/${names[0]}"`);
    expect(page?.inputs).toContain(join(folder, 'main.ts'));

    // A supervisor that runs from these files, and another build beside this one, notice nothing.
    const listed = await filesOf(join(app, 'dist'));
    await Promise.all([bundleApp(app), bundleApp(app)]);
    expect(await filesOf(join(app, 'dist'))).toEqual(listed);

    await write({ 'site/main.ts': `import './missing.ts';` });
    await expect(bundleApp(app)).rejects.toThrow('missing.ts');
    expect(await readFile(script, 'utf8')).toContain('hello');
  });

  /** Paths and inodes. */
  async function filesOf(folder: string): Promise<string[]> {
    const names = (await readdir(folder, { recursive: true })).toSorted();
    return await Promise.all(names.map(async (name) => `${name} ${(await stat(join(folder, name))).ino}`));
  }

  async function write(files: Record<string, string | object>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(app, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    }
  }
});
