import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '@device-supervisor/testbed';

export interface WatchFigures {
  /** Seconds from the edit to the sentence that it is done; sorted. */
  readonly sync: readonly number[];
  readonly restart: readonly number[];
  readonly rebuild: readonly number[];
  /** Seconds of `docker-compose up -d --build` after the same edit; sorted. `null`: it is not installed. */
  readonly compose: readonly number[] | null;
}

export interface WatchOptions {
  readonly engine: string;
  /** Edits of each kind. */
  readonly edits: number;
}

const ROOT = resolve(import.meta.dirname, '../../..');
/** Program and files of a service that runs on until it is stopped. */
const DOCKERFILE =
  'FROM scratch\nCOPY busybox /busybox\nCOPY src /src\nCOPY version /\nCMD ["/busybox", "sh", "/src/run.sh"]\n';
const COMPOSE = `services:
  web:
    build: .
    stop_grace_period: 0s
    develop:
      watch:
        - { action: sync, path: html, target: /www }
        - { action: sync+restart, path: src, target: /src }
        - { action: rebuild, path: version }
`;

/** Times edits of a project under `watch`, and builds of the same project by docker-compose on the same engine. */
export async function measureWatch({ engine, edits }: WatchOptions): Promise<WatchFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'watch-'));
  const project = join(folder, 'project');
  await mkdir(join(project, 'html'), { recursive: true });
  await mkdir(join(project, 'src'));
  await promisify(execFile)('cp', ['/bin/busybox', project]);
  const write = (name: string, edit: number): Promise<void> =>
    writeFile(join(project, name), name.endsWith('.sh') ? `: ${edit}; exec /busybox sleep 100000` : `${edit}`);
  await writeFile(join(project, 'compose.yaml'), COMPOSE);
  await writeFile(join(project, 'Dockerfile'), DOCKERFILE);
  for (const name of ['html/index', 'src/run.sh', 'version']) await write(name, 0);
  const watch = spawn(
    process.execPath,
    [join(ROOT, 'apps/local-mode/dist/main.cjs'), 'watch', project, '--state', join(folder, 'state'), '--port', '0'],
    { env: { ...process.env, DOCKER_HOST: engine }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  watch.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  const says = async (words: RegExp, from: number): Promise<void> => {
    await waitFor(`the words ${words.source}`, () => said.slice(from), { until: (text) => words.test(text) });
  };
  const time = async (name: string, words: RegExp): Promise<readonly number[]> => {
    const seconds: number[] = [];
    for (let edit = 1; edit <= edits; edit += 1) {
      const [mark, began] = [said.length, performance.now()];
      await write(name, edit);
      await says(words, mark);
      seconds.push((performance.now() - began) / 1000);
    }
    return seconds.toSorted((a, b) => a - b);
  };
  try {
    let figures;
    try {
      await says(/\nstop +/, 0);
      figures = {
        sync: await time('html/index', /web: .*copied in/),
        restart: await time('src/run.sh', /web: .*copied and restarted in/),
        rebuild: await time('version', /web: .*rebuilt and replaced in/),
      };
    } finally {
      watch.kill('SIGINT');
      await waitFor('the end of the watch', () => watch.exitCode !== null || watch.signalCode !== null, {
        until: Boolean,
      });
    }
    // The supervisor removes the images of others that no container uses: the two cannot share an engine.
    return { ...figures, compose: await timeCompose({ project, engine, edits, write }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ComposeOptions extends WatchOptions {
  readonly project: string;
  write(name: string, edit: number): Promise<void>;
}

async function timeCompose({ project, engine, edits, write }: ComposeOptions): Promise<readonly number[] | null> {
  // Version 1 does not know `develop`.
  await writeFile(
    join(project, 'plain.yaml'),
    'version: "3.8"\nservices: { web: { build: ., stop_grace_period: 0s } }\n',
  );
  const compose = async (...args: string[]): Promise<void> => {
    await promisify(execFile)('docker-compose', ['-f', 'plain.yaml', ...args], {
      cwd: project,
      env: { ...process.env, DOCKER_HOST: engine },
    });
  };
  try {
    await compose('up', '-d', '--build');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const seconds: number[] = [];
  for (let edit = 1; edit <= edits; edit += 1) {
    await write('version', 1000 + edit);
    const began = performance.now();
    await compose('up', '-d', '--build');
    seconds.push((performance.now() - began) / 1000);
  }
  await compose('down');
  return seconds.toSorted((a, b) => a - b);
}
