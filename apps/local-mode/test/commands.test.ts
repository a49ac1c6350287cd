import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleApps, connectEngine, waitFor } from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sessionFile } from '../src/session/session-record.ts';
import { startLocalMode, type LocalModeOptions, type LocalModeProcess } from './local-mode-process.ts';

/* Each command on a session that runs, as a script and as a person in a terminal. */

const engineEndpoint = inject('engineEndpoint');
const engine = connectEngine(engineEndpoint);

let folder: string;
let project: string;

const SERVICE =
  'build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox\\nCOPY busybox /bin/sh\\nCMD [\\"/busybox\\", \\"sleep\\", \\"100000\\"]", x-busybox: true }, stop_grace_period: 0s';

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
  project = join(folder, 'shop');
  await mkdir(project);
  await writeFile(
    join(project, 'compose.yaml'),
    `services:
  web: { ${SERVICE}, command: [/busybox, sh, -c, "echo first; echo second >&2; while :; do /busybox sleep 1; echo tick; done"] }
  quiet: { ${SERVICE}, volumes: ["data:/data"] }
volumes: { data: }
`,
  );
  const { exitCode } = await type('up', project, '--port', '0', '--detach');
  if (exitCode !== 0) throw new Error('the project does not come up');
});

afterAll(async () => {
  await type('down', '--volumes');
  await rm(folder, { recursive: true, force: true });
});

function startWith({ args: [command = '', ...args], ...options }: LocalModeOptions): LocalModeProcess {
  return startLocalMode({ engineEndpoint, ...options, args: [command, '--state', join(folder, 'state'), ...args] });
}

/** Runs a command without a terminal. */
async function type(...args: string[]) {
  return await typeWith({ args });
}

async function typeWith(options: LocalModeOptions) {
  await using run = startWith(options);
  const exitCode = await run.ended();
  await run.closed();
  return { exitCode, output: run.output(), notes: run.notes() };
}

async function containerOf(service: string) {
  const filters = { label: ['io.balena.supervised', `io.balena.service-name=${service}`] };
  const [container] = await engine.listContainers({ all: true, filters });
  if (container === undefined) throw new Error(`${service} has no container`);
  return await engine.getContainer(container.Id).inspect();
}

async function supervisorPort(): Promise<number> {
  const record = await sessionFile(join(folder, 'state')).read();
  return record?.supervisor?.port ?? 0;
}

describe('what is looked at', () => {
  it('ps: services of the session, as a table and as JSON', async () => {
    const table = await type('ps');
    expect(table).toMatchObject({ exitCode: 0, notes: '' });
    expect(table.output).toMatch(/SERVICE +STATUS[\s\S]*web +Running[\s\S]*quiet +Running/);
    const { output } = await type('ps', 'web', '--json');
    expect(JSON.parse(output)).toMatchObject({ apps: [{ services: [{ name: 'web', status: 'Running' }] }] });
    expect(await type('ps', 'none')).toMatchObject({ exitCode: 2, output: '' });
  });

  it('logs: the latest lines, with those of the error output, and those from now on', async () => {
    const { output, exitCode } = await type('logs', 'web', '--tail', 'all');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/web +\| first\n/);
    expect(output).toMatch(/web +\| second\n/);
    const one = await type('logs', 'web', '--tail', '1', '--json');
    expect(JSON.parse(one.output)).toMatchObject({ serviceName: 'web', message: expect.stringMatching(/tick|second/) });
    expect((await type('logs', 'quiet')).output).toBe('');
    expect((await type('logs', 'web', '--since', '2999-01-01')).output).toBe('');

    await using follow = startWith({ args: ['logs', '-f', '--json'] });
    await follow.says('"message":"first"');
    const from = follow.output().length;
    await follow.says('"message":"tick"', from);
    follow.child.kill('SIGINT');
    expect(await follow.ended()).toBe(130);
    const lines: { timestamp: number; message: string }[] = JSON.parse(
      `[${follow.output().trimEnd().replaceAll('\n', ',')}]`,
    );
    const ticks = lines.filter(({ message }) => message === 'tick').map(({ timestamp }) => timestamp);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it('plan: nothing while the project is as it runs, and what a change would do', async () => {
    expect(await type('plan')).toMatchObject({ exitCode: 0, output: 'Nothing is left to do.\n' });
    const other = join(folder, 'changed');
    await mkdir(other);
    const text = await readFile(join(project, 'compose.yaml'), 'utf8');
    await writeFile(join(other, 'compose.yaml'), `name: shop\n${text.replace('echo first', 'echo other')}`);
    const { output } = await type('plan', other);
    expect(output).toMatch(/create-container web \(app 1\).* ← .*command/);
    expect(JSON.parse((await type('plan', other, '--json')).output)).toMatchObject({
      operations: expect.arrayContaining([expect.objectContaining({ kind: 'create-container', service: 'web' })]),
    });
  });

  it('config: the project that runs', async () => {
    const { output, exitCode } = await type('config', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ name: 'shop', services: { web: {}, quiet: {} } });
  });

  it('doctor: this machine is fine, and finds the port and the engine of the session', async () => {
    const { output, exitCode } = await type('doctor', '--json');
    expect(exitCode).toBe(0);
    const { checks }: { checks: { name: string; status: string; message: string }[] } = JSON.parse(output);
    expect(checks.map(({ name }) => name)).toEqual([
      'Node.js',
      'engine',
      'BuildKit',
      'port',
      'permissions',
      'disk',
      'leftovers',
    ]);
    expect(checks.find(({ name }) => name === 'port')?.message).toContain(String(await supervisorPort()));
    expect(checks.find(({ name }) => name === 'engine')?.message).toContain(engineEndpoint);
    expect(checks.find(({ name }) => name === 'leftovers')).toMatchObject({ status: 'ok' });
  });

  it('open: the page of the session', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${folder}/opened\n`);
    await chmod(join(bin, 'xdg-open'), 0o755);
    const environment = { PATH: `${bin}:${process.env['PATH']}` };
    expect(await typeWith({ args: ['open'], environment })).toMatchObject({ exitCode: 0 });
    const port = await supervisorPort();
    await waitFor('the page to be opened', () => readFile(join(folder, 'opened'), 'utf8').catch(() => ''), {
      until: (page) => page === `http://localhost:${port}/`,
    });
  });
});

describe('what is done', () => {
  it('restart, stop and start: services, one or several', async () => {
    const before = await containerOf('quiet');
    expect(await type('restart', 'quiet')).toMatchObject({ exitCode: 0, output: 'Restarted quiet of localapp\n' });
    expect((await containerOf('quiet')).State.StartedAt).not.toBe(before.State.StartedAt);
    expect(await type('stop', 'quiet')).toMatchObject({ exitCode: 0 });
    expect((await containerOf('quiet')).State.Running).toBe(false);
    expect((await type('exec', 'quiet', '/busybox', 'true')).notes).toMatch(/^quiet does not run \(\w+\)\n$/);
    expect(await type('start', 'quiet')).toMatchObject({ exitCode: 0 });
    expect((await containerOf('quiet')).State.Running).toBe(true);
  });

  it('exec: output, errors, input and exit code of the command', async () => {
    expect(await type('exec', 'web', '/busybox', 'sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
      exitCode: 7,
      output: 'out\n',
      notes: 'err\n',
    });
    await using cat = startWith({
      args: ['exec', '-e', 'NAME=value', '-w', '/data', 'quiet', '/busybox', 'sh', '-c', 'echo $NAME; pwd; cat'],
    });
    cat.press('typed\n');
    cat.child.stdin?.end();
    expect(await cat.ended()).toBe(0);
    await cat.closed();
    expect(cat.output()).toBe('value\n/data\ntyped\n');
    expect(await type('exec', 'web', 'nothing')).toEqual({
      exitCode: 127,
      output: '',
      notes: 'web has no program nothing\n',
    });
  });

  it('exec: in a terminal the command has one, with its size and its keys', async () => {
    await using shell = startWith({ args: ['exec', 'web', '/busybox', 'sh'], terminal: true });
    await shell.says('/ #');
    shell.press('/busybox test -t 0 && echo is-a-"terminal"\r');
    await shell.says('is-a-terminal');
    shell.press('/busybox sleep 1000\r');
    await waitFor('the command to run', () => engine.getContainer('web_1_1_10ca12e1ea5e').top(), {
      until: ({ Processes }: { Processes: string[][] }) =>
        Processes.some((one) => one.join(' ').includes('sleep 1000')),
    });
    // Ctrl-C is for the command, not for this program.
    shell.press('\u0003');
    shell.press('exit 5\r');
    expect(await shell.ended()).toBe(5);
  });

  it('up --device: pushes to a device, and down --device removes it from there', async () => {
    const device = ['--device', `127.0.0.1:${await supervisorPort()}`, '--engine', engineEndpoint];
    const pushed = join(folder, 'pushed');
    await mkdir(pushed);
    await writeFile(
      join(pushed, 'compose.yaml'),
      `services: { app: { ${SERVICE}, volumes: ["kept:/kept"] } }\nvolumes: { kept: }\n`,
    );
    const up = await type('up', pushed, ...device, '--detach');
    expect(up).toMatchObject({ exitCode: 0 });
    expect(up.output).toMatch(/app +running/);
    expect((await type('ps', ...device)).output).toMatch(/app +Running/);
    expect((await type('exec', ...device, 'app', '/busybox', 'echo', 'there')).output).toBe('there\n');
    expect((await type('doctor', ...device)).output).toMatch(/✔ local mode +the device is in local mode/);
    const down = await type('down', '--volumes', ...device);
    expect(down).toMatchObject({ exitCode: 0, output: 'Removed the volumes kept\nStopped\n' });
    expect(JSON.parse((await type('ps', '--json', ...device)).output)).toMatchObject({ apps: [] });
    // The session on this machine goes on.
    expect(await type('up', project, '--detach')).toMatchObject({ exitCode: 0 });
  });
});

describe('in the interactive view', () => {
  it('? shows the keys', async () => {
    await using run = startWith({ args: ['up', project, '--keep'], terminal: true });
    await run.says(/stop +.*Ctrl-C leaves everything running/);
    const from = run.text().length;
    run.press('?');
    await run.says(/r {2}read, build and apply again .*\? {2}these keys/, from);
    run.press('q');
    expect(await run.ended()).toBe(0);
  });
});

it('completes commands, options and shells', async () => {
  const complete = async (...args: string[]): Promise<string> => {
    await using run = startLocalMode({ engineEndpoint, args: ['complete', ...args] });
    await run.closed();
    return run.output();
  };
  expect(await complete('--', '')).toMatch(/^logs\t/m);
  expect(await complete('--', 'logs', '--')).toMatch(/^--since\t/m);
  for (const shell of ['bash', 'zsh', 'fish']) expect(await complete(shell)).toContain('local-mode');
});

it('down: stops what runs; then every command says that nothing does', async () => {
  expect((await type('down')).output).toMatch(
    /Kept the volume data of shop for the next start; npm start -- down --volumes removes it\nStopped\n$/,
  );
  for (const command of [['ps'], ['logs'], ['plan', project], ['restart'], ['exec', 'web', 'true']]) {
    expect(await type(...command)).toEqual({
      exitCode: 3,
      output: '',
      notes: 'nothing is running here. Start it with npm start, or name a device with --device\n',
    });
  }
  expect(await type('down')).toMatchObject({ exitCode: 0, output: 'Nothing is running\n' });
});
