import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundleApps,
  connectEngine,
  startJournal,
  startSupervisor,
  startTestEngine,
  waitFor,
  type TestEngine,
  type TestJournal,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalMode, type LocalModeProcess } from './local-mode-process.ts';

/* Lines of the past from the journal of a device, which the engine writes to as on the OS. */

const stack = new AsyncDisposableStack();
let journal: TestJournal;
let engine: TestEngine;
let folder: string;
let device: readonly string[];

/** Prints its lines at the start, and one more for each signal; `$$` is a dollar of the compose file. */
const PROGRAM = `echo first; printf 'no text \\\\377\\\\n' >&2; echo second; n=0; trap 'n=$$((n+1)); echo later $$n' USR1; while :; do /busybox sleep 0.1; done`;
const BUILD =
  'build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox", x-busybox: true }, stop_grace_period: 0s';

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
  journal = stack.use(await startJournal());
  engine = stack.use(await startTestEngine({ settings: { 'log-driver': 'journald' } }));
  const supervisor = stack.use(await startSupervisor({ engineEndpoint: engine.endpoint }));
  folder = await mkdtemp(join(tmpdir(), 'device-logs-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  device = ['--device', new URL(supervisor.url('/')).host, '--engine', engine.endpoint];
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(
    join(project, 'compose.yaml'),
    `services:
  web: { ${BUILD}, command: [/busybox, sh, -c, "${PROGRAM.replaceAll('"', '\\"')}"] }
  other: { ${BUILD}, command: [/busybox, sh, -c, "echo of the other; exec /busybox sleep 100000"] }
`,
  );
  const up = await type('up', project, ...device, '--detach', '--state', join(folder, 'state'));
  expect(up).toMatchObject({ exitCode: 0 });
  await inJournal('second');
});

afterAll(() => stack.disposeAsync());

function start(...args: readonly string[]): LocalModeProcess {
  return startLocalMode({ args });
}

async function type(...args: readonly string[]) {
  await using run = start(...args);
  const exitCode = await run.ended();
  await run.closed();
  return { exitCode, output: run.output(), notes: run.notes() };
}

/** Messages of the web's lines. */
async function linesOf(...args: readonly string[]): Promise<readonly string[]> {
  const { output, exitCode, notes } = await type('logs', 'web', '--json', ...device, ...args);
  expect({ exitCode, notes }).toEqual({ exitCode: 0, notes: '' });
  return messagesOf(output);
}

function messagesOf(output: string): readonly string[] {
  const lines: { message: string }[] = JSON.parse(`[${output.trimEnd().replaceAll('\n', ',')}]`);
  return lines.map(({ message }) => message);
}

async function web() {
  const docker = connectEngine(engine.endpoint);
  const [found] = await docker.listContainers({ filters: { label: ['io.balena.service-name=web'] } });
  return docker.getContainer(found?.Id ?? '');
}

async function inJournal(message: string): Promise<void> {
  const { id } = await web();
  await waitFor(`${message} in the journal`, () => journal.read(`CONTAINER_ID_FULL=${id}`), {
    until: (lines) => lines.includes(message),
  });
}

let printed = 0;

/** Has the web print its next line. @returns the line */
async function printNext(): Promise<string> {
  printed += 1;
  await (await web()).kill({ signal: 'SIGUSR1' });
  await inJournal(`later ${printed}`);
  return `later ${printed}`;
}

it('gives the lines of services, with those that are no text, by number and by time', async () => {
  const atStart = ['first', 'no text \uFFFD', 'second'];
  expect((await linesOf()).toSorted()).toEqual(atStart.toSorted());
  expect((await type('logs', 'web', ...device)).output).toMatch(/^web +\| first$/m);
  expect((await type('logs', ...device)).output).toMatch(/^other +\| of the other$/m);
  expect((await linesOf('--since', '1h')).toSorted()).toEqual(atStart.toSorted());
  // The next line may come within the same second.
  const since = new Date().toISOString();
  const news = [await printNext(), await printNext()];
  expect(await linesOf('--since', since)).toEqual(news);
  expect(await linesOf('--since', since, '--tail', '1')).toEqual(news.slice(-1));
  expect(await linesOf('--tail', '2')).toEqual(news);
  expect(await linesOf('--tail', '0')).toEqual([]);
  expect(await linesOf('--since', '2999-01-01')).toEqual([]);
});

it('follows, with each line of the past and from then on once', async () => {
  const before = await printNext();
  await using follow = start('logs', '-f', '--json', ...device, 'web');
  await follow.says(`"message":"${before}"`);
  const later = await printNext();
  await follow.says(`"message":"${later}"`);
  follow.child.kill('SIGINT');
  expect(await follow.ended()).toBe(130);
  const messages = messagesOf(follow.output());
  for (const line of ['first', before, later]) expect(messages.filter((one) => one === line)).toEqual([line]);
});
