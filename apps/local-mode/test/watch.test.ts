import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleApps, connectEngine, waitFor } from '@device-supervisor/testbed';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { runInContainer } from '../src/watch/run-in-container.ts';
import { startLocalMode, type LocalModeProcess } from './local-mode-process.ts';

const engineEndpoint = inject('engineEndpoint');
const engine = connectEngine(engineEndpoint);

let folder: string;
let project: string;

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
  project = join(folder, 'project');
});

afterEach(async () => {
  await using stop = startLocalMode({ engineEndpoint, args: ['down', '--state', join(folder, 'state'), '--volumes'] });
  await stop.ended();
  await rm(folder, { recursive: true, force: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), content);
  }
}

async function startWatch(): Promise<LocalModeProcess> {
  const run = startLocalMode({
    engineEndpoint,
    args: ['watch', project, '--state', join(folder, 'state'), '--port', '0'],
  });
  await run.says(/\nstop +Ctrl-C/);
  return run;
}

/** The same once the files of `initial_sync` are in place: they and an edit could become one update. */
async function startWithRules(): Promise<LocalModeProcess> {
  const run = await startWatch();
  await run.says(/web: .*index.*: copied in \d+\.\d\d s/);
  return run;
}

/**
 * Carries out a change, and waits for the words that follow it. On a busy machine the watcher reports a part of the change
 * before it late, so that an update may name both.
 */
async function after(run: LocalModeProcess, change: () => Promise<unknown>, words: string | RegExp): Promise<void> {
  const mark = run.text().length;
  await change();
  await run.says(words, mark);
}

async function containerOf(service: string): Promise<string> {
  const label = ['io.balena.app-id=1', `io.balena.service-name=${service}`];
  const [found] = await engine.listContainers({ filters: { label } });
  return found?.Id ?? '';
}

async function fileIn(service: string, path: string): Promise<string> {
  const id = await containerOf(service);
  if (id === '') throw new Error(`${service} has no running container`);
  return await runInContainer(engine, id, { command: ['/busybox', 'cat', path] });
}

/** Empty while there is no container. */
async function environmentOf(service: string): Promise<readonly string[]> {
  const id = await containerOf(service);
  return id === '' ? [] : (await engine.getContainer(id).inspect()).Config.Env;
}

/** A program that says a word, and runs on. */
function saying(word: string): string {
  return `echo "the program says ${word}"; exec /busybox sleep 1000`;
}

const IMAGE = 'FROM scratch\nWORKDIR /app\nCOPY busybox /busybox\n';

describe('with rules', () => {
  beforeEach(() =>
    write({
      'compose.yaml': `services:
  web:
    build: { context: web, x-busybox: true }
    stop_grace_period: 0s
    develop:
      watch:
        - { action: sync, path: web/html, target: /www, ignore: ["*.tmp"], initial_sync: true }
        - { action: sync+restart, path: web/src, target: /app }
        - { action: sync+exec, path: web/conf, target: /conf, exec: { command: [/busybox, cp, /conf/a, /reloaded] } }
        - { action: rebuild, path: web/version }
  other: { build: { context: other, x-busybox: true }, stop_grace_period: 0s }
`,
      'web/Dockerfile': `${IMAGE}COPY busybox /bin/rm\nCOPY src .\nCOPY version /\nRUN ["/busybox", "sleep", "0.5"]\nCMD ["/busybox", "sh", "/app/run.sh"]\n`,
      'other/Dockerfile': `${IMAGE}CMD ["/busybox", "sleep", "1000"]\n`,
      'web/html/index': 'first',
      'web/conf/a': 'first',
      'web/src/run.sh': saying('first'),
      'web/version': '1',
    }),
  );

  it('copies, restarts, runs a program or rebuilds, and says how long it took', async () => {
    await using run = await startWithRules();
    const before = { web: await containerOf('web'), other: await containerOf('other') };
    await after(run, () => write({ 'web/html/index': 'second', 'web/html/x.tmp': '' }), /web: index: copied in/);
    expect(await fileIn('web', '/www/index')).toBe('second');
    await after(run, () => rm(join(project, 'web/html/index')), /web: index: removed in/);
    await expect(fileIn('web', '/www/index')).rejects.toThrow('No such file');
    await after(run, () => write({ 'web/conf/a': 'second' }), /web: a: copied and program run in/);
    expect(await fileIn('web', '/reloaded')).toBe('second');
    await after(run, () => write({ 'web/src/run.sh': saying('second') }), /\| the program says second/);
    expect(await containerOf('web')).toBe(before.web);
    await after(run, () => write({ 'web/version': '2' }), /web: .*: rebuilt and replaced in/);
    expect(await fileIn('web', '/version')).toBe('2');
    expect(await containerOf('web')).not.toBe(before.web);
    // Only the service whose rule it is.
    expect(await containerOf('other')).toBe(before.other);
    // The image has neither of them.
    expect(await fileIn('web', '/conf/a')).toBe('second');
    expect(run.text()).not.toContain('failed');
  });

  it('loses no edit that is made during an update', async () => {
    await using run = await startWithRules();
    await write({ 'web/version': '2', 'web/html/index': 'together' });
    expect(await filesOnceTheyAre(['2', 'together'])).toEqual(['2', 'together']);
    const mark = run.text().length;
    await write({ 'web/version': '3' });
    await run.says(/web: .*: rebuilding/, mark);
    await run.says('RUN ["/busybox"', mark);
    await write({ 'web/version': '4', 'web/html/index': 'during' });
    expect(await filesOnceTheyAre(['4', 'during'])).toEqual(['4', 'during']);
  });

  /** The version and the index in the container, once they are as wanted. */
  async function filesOnceTheyAre(wanted: readonly string[]): Promise<readonly string[]> {
    return await waitFor('the edits', async () => [await fileOrNone('/version'), await fileOrNone('/www/index')], {
      until: (found) => found.join() === wanted.join(),
    });
  }

  async function fileOrNone(path: string): Promise<string> {
    return await fileIn('web', path).catch(() => '');
  }

  it('brings what was copied into a new container of the supervisor', async () => {
    await using run = await startWithRules();
    await after(run, () => write({ 'web/html/index': 'kept' }), /web: index: copied in/);
    const removed = await containerOf('web');
    await after(run, () => engine.getContainer(removed).remove({ force: true }), /web: new container: copied in/);
    expect(await containerOf('web')).not.toBe(removed);
    expect(await fileIn('web', '/www/index')).toBe('kept');
  });

  it('applies the project again when its own file changes, and names a fault until it is corrected', async () => {
    await using run = await startWithRules();
    await after(
      run,
      () => writeFile(join(project, 'broken.tmp'), '').then(() => write({ 'compose.yaml': 'services: [' })),
      'compose.yaml:1:',
    );
    await after(
      run,
      () =>
        write({
          'compose.yaml':
            'services: { web: { build: { context: web, x-busybox: true }, stop_grace_period: 0s, environment: { A: b } } }',
        }),
      /\nstop +Ctrl-C/,
    );
    const environment = await waitFor('the new environment', () => environmentOf('web'), {
      until: (names) => names.includes('A=b'),
    });
    expect(environment).toContain('A=b');
    await waitFor('the end of the other service', () => containerOf('other'), { until: (id) => id === '' });
    expect(await containerOf('other')).toBe('');
  });
});

describe('without rules', () => {
  it('copies what no step of the image uses, rebuilds for everything else, and says that it guesses', async () => {
    await write({
      Dockerfile: `${IMAGE}COPY lock .\nRUN ["/busybox", "true"]\nCOPY . .\nCMD ["/busybox", "sh", "/app/src/run.sh"]\n`,
      'compose.yaml': 'services: { app: { build: { context: ., x-busybox: true }, stop_grace_period: 0s } }\n',
      '.dockerignore': 'ignored\ncompose.yaml\n',
      lock: '1',
      'src/run.sh': saying('first'),
    });
    await using run = await startWatch();
    expect(run.text()).toMatch(/app: .*a guess by its Dockerfile/);
    const before = await containerOf('app');
    await after(run, () => write({ ignored: 'x', 'src/run.sh': saying('second') }), /\| the program says second/);
    expect(await containerOf('app')).toBe(before);
    // Editors write a file of another name, and give it the name of the first one.
    await write({ 'src/.run.sh.swp': saying('third') });
    await after(
      run,
      () => rename(join(project, 'src/.run.sh.swp'), join(project, 'src/run.sh')),
      /\| the program says third/,
    );
    expect(await containerOf('app')).toBe(before);
    await after(run, () => write({ lock: '2' }), /app: .*: rebuilt and replaced in/);
    expect(await fileIn('app', '/app/lock')).toBe('2');
    // This image has no program that removes files.
    await after(
      run,
      () =>
        rm(join(project, 'lock')).then(() =>
          write({ Dockerfile: `${IMAGE}COPY . .\nCMD ["/busybox", "sh", "/app/src/run.sh"]\n` }),
        ),
      /rebuilt and replaced in/,
    );
    await expect(fileIn('app', '/app/lock')).rejects.toThrow('No such file');
    await after(
      run,
      () => write({ Dockerfile: `${IMAGE}RUN ["/busybox", "false"]\n` }),
      /app: .*: the image of app cannot be built/,
    );
    await after(
      run,
      () => write({ Dockerfile: `${IMAGE}COPY . .\nCMD ["/busybox", "sh", "/app/src/run.sh", "again"]\n` }),
      /rebuilt and replaced in/,
    );
  });
});
