import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleApps, busyboxImage, connectEngine, pushImage, waitFor } from '@device-supervisor/testbed';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { sessionFile, type SessionRecord } from '../src/session/session-record.ts';
import type { ScenarioSight } from './private-engine-scenario.ts';
import { ROOT, startLocalMode, type LocalModeOptions, type LocalModeProcess } from './local-mode-process.ts';

const engineEndpoint = inject('engineEndpoint');
const engine = connectEngine(engineEndpoint);

let folder: string;
let state: string;

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-mode-'));
  state = join(folder, 'state');
});

afterEach(async () => {
  await using stop = start('--stop', '--volumes');
  await stop.ended();
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): LocalModeProcess {
  return startWith({ args });
}

function startWith({ args, ...options }: LocalModeOptions): LocalModeProcess {
  return startLocalMode({ engineEndpoint, ...options, args: ['--state', state, ...args] });
}

/** A copy of the example that a test may change. */
async function copyExample(): Promise<string> {
  const copy = join(folder, 'hello');
  await cp(join(ROOT, 'examples/hello'), copy, { recursive: true });
  return copy;
}

async function writeProject(files: Readonly<Record<string, string>>): Promise<string> {
  const project = join(folder, 'project');
  await mkdir(project, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(project, name), content);
  return project;
}

/** An image that the registry has and the engine has not, and that takes a moment to download. */
async function makeRegistryImage(): Promise<{ readonly reference: string }> {
  const tag = 'downloaded:1';
  await busyboxImage(engineEndpoint, { tag, files: { '/big': randomBytes(20_000_000).toString('hex') } });
  const pushed = await pushImage(engineEndpoint, inject('registry'), tag);
  for (const name of [tag, pushed.reference]) await engine.getImage(name).remove();
  return pushed;
}

/** Container ids of the local app by service. */
async function containers(): Promise<Readonly<Record<string, string>>> {
  const found = await engine.listContainers({ all: true, filters: { label: ['io.balena.app-id=1'] } });
  return Object.fromEntries(found.map(({ Id, Labels }) => [Labels['io.balena.service-name'] ?? '', Id]));
}

async function networks(): Promise<readonly string[]> {
  const found = await engine.listNetworks();
  return found.map(({ Name }) => Name).filter((name) => name === 'supervisor0' || name.startsWith('1_'));
}

async function volumes(): Promise<readonly string[]> {
  return ((await engine.listVolumes()).Volumes ?? []).map(({ Name }) => Name).filter((name) => name.startsWith('1_'));
}

async function session(): Promise<SessionRecord> {
  const record = await sessionFile(state).read();
  if (record === null) throw new Error('no session is recorded');
  return record;
}

describe('the example, in a terminal', () => {
  it('comes up, shows what it is, takes changes at a key, and leaves nothing but its volume', async () => {
    const project = await copyExample();
    await using run = startWith({ args: [project, '--port', '0'], terminal: true });

    await run.says(/web +healthy +http:\/\/localhost:8080/);
    await run.says(/worker +running/);
    await run.says(/probe +running/);
    await run.says(/worker +\| the supervisor says: Running Running/);
    await run.says(/probe +\| the page says that the worker has counted to \d+/);
    const page = await (await fetch('http://localhost:8080/')).text();
    expect(page).toMatch(/has counted to <strong>\d+</);
    expect(page).toContain('"status":"Running"');
    expect(run.raw()).toContain('\u001b[?25l');
    const shown = /^page +(http:\/\/localhost:\d+\/)/m.exec(run.text())?.[1] ?? '';
    expect(await (await fetch(shown)).text()).toContain('<div id="app">');

    const before = await containers();
    const script = join(project, 'probe/probe.sh');
    await writeFile(script, (await readFile(script, 'utf8')).replace('the page says', 'the new probe says'));
    let mark = run.text().length;
    run.press('r');
    await run.says('the new probe says', mark);
    const after = await containers();
    expect(after['web']).toBe(before['web']);
    expect(after['worker']).toBe(before['worker']);
    expect(after['probe']).not.toBe(before['probe']);

    mark = run.text().length;
    await writeFile(join(project, 'compose.yaml'), 'services: [');
    run.press('r');
    await run.says('compose.yaml:1:', mark);
    expect(await containers()).toEqual(after);

    mark = run.text().length;
    run.press('q');
    await run.says('Kept the volume findings of hello', mark);
    expect(await run.ended()).toBe(0);
    expect(await containers()).toEqual({});
    expect(await networks()).toEqual([]);
    expect(await volumes()).toEqual(['1_hello_findings']);

    await using stop = start('--stop', '--volumes');
    expect(await stop.ended()).toBe(0);
    expect(await volumes()).toEqual([]);
    await using again = start('--stop');
    expect(await again.ended()).toBe(0);
    expect(again.text()).toBe('Nothing is running\n');
  });
});

const ONE_SERVICE = `services:
  one:
    build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox\\nCMD [\\"/busybox\\", \\"sleep\\", \\"1000\\"]", x-busybox: true }
    stop_grace_period: 0s
`;

describe('without a terminal', () => {
  it('says plainly what changes, detaches, and finds everything again', async () => {
    const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
    await using first = start(project, '--port', '0', '--detach');
    expect(await first.ended()).toBe(0);
    expect(first.raw()).not.toContain('\u001b');
    expect(first.text()).toMatch(/one \| \[1\/1\] COPY busybox \/busybox/);
    expect(first.text()).toMatch(/one +running +[0-9a-f]{12}\n/);
    const before = await containers();
    const { supervisor } = await session();

    await using second = startWith({ args: [project, '--detach'], environment: { FORCE_COLOR: '1' } });
    expect(await second.ended()).toBe(0);
    expect(second.text()).toContain('Using the supervisor that is already running');
    expect(second.raw()).toContain('\u001b[32mrunning');
    expect(await containers()).toEqual(before);
    expect((await session()).supervisor).toEqual(supervisor);

    // An image that a person made from a container has its labels, and is the person's.
    await engine.getContainer(before['one'] ?? '').commit({ repo: 'made-from-one' });
    const copy = await engine.createContainer({ name: 'made-from-one', Image: 'made-from-one' });
    await using stop = start('--stop');
    expect(await stop.ended()).toBe(0);
    expect(await containers()).toEqual({ one: copy.id });
    await copy.remove();
    await engine.getImage('made-from-one').remove();
    expect(await containers()).toEqual({});
  });

  it('shows how far a download is', async () => {
    const { reference } = await makeRegistryImage();
    const project = await writeProject({ 'compose.yaml': `services: { one: { image: "${reference}" } }` });
    await using run = start(project, '--port', '0', '--detach');
    expect(await run.ended()).toBe(0);
    expect(run.text()).toMatch(/\none: downloading \(\d+ %\)\n/);
    expect(run.text()).toMatch(/\none +running /);
  });

  it('stops in order at a signal', async () => {
    const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
    await using run = start(project, '--port', '0');
    await run.says(/stop +Ctrl-C/);
    run.child.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
    expect(run.text()).toMatch(/Stopped\n$/);
    expect(await containers()).toEqual({});
    expect(await networks()).toEqual([]);
  });

  it.each(['Starting the supervisor', 'one | [1/1] COPY', 'one: waiting (built)', 'one: starting'])(
    'leaves nothing when it is interrupted early: %s',
    async (moment) => {
      const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
      await using run = start(project, '--port', '0');
      await run.says(moment);
      run.child.kill('SIGINT');
      await run.ended();
      expect(run.text()).toMatch(/\n(Stopped|Interrupted before anything was changed)\n$/);
      expect(await containers()).toEqual({});
      expect(await networks()).toEqual([]);
    },
  );

  it('lets a second process apply another project, and be asked to stop by a third', async () => {
    const project = await writeProject({
      'compose.yaml': ONE_SERVICE,
      'other.yaml': ONE_SERVICE.replace('one:', 'other:'),
    });
    await using first = start(project, '--port', '0');
    await first.says(/one +running/);
    await using second = start(join(project, 'other.yaml'), '--detach');
    expect(await second.ended()).toBe(0);
    expect(second.text()).toContain(`Using the supervisor of another npm start (process ${first.child.pid})`);
    expect(Object.keys(await containers())).toEqual(['other']);
    await using stop = start('--stop');
    expect(await stop.ended()).toBe(0);
    expect(await first.ended()).toBe(0);
    expect(await containers()).toEqual({});
  });
});

describe('failures', () => {
  it('names those that fail and those that wait for them, runs the others, and ends with 1', async () => {
    const base =
      'build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox\\nCMD [\\"/busybox\\", \\"sleep\\", \\"1000\\"]", x-busybox: true }';
    const project = await writeProject({
      'Dockerfile.broken':
        'FROM scratch\nCOPY busybox /busybox\nRUN ["/busybox", "sh", "-c", "echo compiling; exit 7"]\n',
      'compose.yaml': `services:
  good: { ${base}, ports: ["127.0.0.1:18080:80"] }
  broken: { build: { dockerfile: Dockerfile.broken, x-busybox: true } }
  needs-broken: { ${base}, depends_on: [broken] }
  absent: { image: "127.0.0.1:9/none:1" }
  port: { ${base}, depends_on: [good], ports: ["127.0.0.1:18080:80"] }
  crash: { ${base}, command: [/busybox, sh, -c, "echo the reason; exit 3"] }
  sick: { ${base}, healthcheck: { test: [CMD, /busybox, "false"], interval: 0.2s, retries: 2 } }
  needs-sick: { ${base}, depends_on: { sick: { condition: service_healthy } } }
  once: { ${base}, command: [/busybox, "true"], restart: "no" }
`,
    });
    await using run = start(project, '--port', '0', '--detach');
    expect(await run.ended()).toBe(1);
    const text = run.text();
    expect(text).toMatch(/good +running +http:\/\/localhost:18080 /);
    expect(text).toMatch(/\nonce +completed /);
    expect(text).toContain('broken | compiling\n');
    expect(text).toContain('✖ the image of broken cannot be built (Dockerfile.broken, step 2/2): ');
    expect(text).toContain('\nbroken: cannot be built: Dockerfile.broken, step 2/2: RUN ');
    expect(text).toContain('\nneeds-broken: depends_on: needs broken, which cannot run\n');
    expect(text).toMatch(/\nabsent: cannot pull image: .*127\.0\.0\.1:9/);
    expect(text).toMatch(/\nport: cannot start container: .*18080/);
    expect(text).toMatch(/\ncrash: it ends with exit code 3 again and again/);
    expect(text).toContain('\n  crash | the reason\n');
    expect(text).toContain('\nsick: its health check fails\n');
    expect(text).toContain('\nneeds-sick: depends_on: waits for sick to be healthy\n');
  });

  it('names what is wrong with the project or the options before anything is built, and ends with 2', async () => {
    const project = await writeProject({
      'compose.yaml': 'services:\n  web:\n    image: web\n    ports: 80\n',
      'ports.yaml': 'services:\n  web:\n    image: web\n    ports:\n      - "x:y"\n    volumes: ["none:/x"]\n',
    });
    for (const [args, message] of [
      [[project], `${project}/compose.yaml:4:5: services.web.ports: expected array, received number\n`],
      [
        [project, '-f', 'ports.yaml'],
        `${project}/ports.yaml:5:9: services.web.ports.0: 'x:y' is not a port; write e.g. 80, 8080:80 or 127.0.0.1:8080:80/udp\n` +
          `${project}/ports.yaml:6:15: services.web.volumes.0: volume none is not declared in volumes\n`,
      ],
      [
        [join(folder, 'none')],
        `there is no ${folder}/none. Name a folder with a compose.yaml or a Dockerfile, or the file itself\n`,
      ],
      [['--nonsense'], "error: unknown option '--nonsense'\n(npm start -- --help lists the commands)\n"],
    ] as const) {
      await using run = start(...args);
      expect(await run.ended()).toBe(2);
      expect(run.text()).toBe(message);
    }
  });

  it('names a port that is taken, and leaves nothing behind', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
    await using run = start(project, '--port', String(port));
    expect(await run.ended()).toBe(1);
    expect(run.text()).toContain(`port ${port} of this machine is taken`);
    expect(run.text()).toContain('--port');
    expect(await sessionFile(state).read()).toBeNull();
    server.close();
  });

  it('shows the log of a supervisor that ends unexpectedly, and goes on with the next start', async () => {
    const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
    await using run = start(project, '--port', '0');
    await run.says(/stop +Ctrl-C/);
    const before = await containers();
    process.kill((await session()).supervisor?.process.pid ?? 0, 'SIGKILL');
    expect(await run.ended()).toBe(1);
    expect(run.text()).toContain('the supervisor ended unexpectedly; the end of its log:');
    expect(run.text()).toMatch(/\n {2}\| .*Started service 'one'/);
    await using next = start(project, '--port', '0', '--detach');
    expect(await next.ended()).toBe(0);
    expect(await containers()).toEqual(before);
  });

  it('heals after it was killed', async () => {
    const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
    await using run = start(project, '--port', '0');
    await run.says(/stop +Ctrl-C/);
    const before = await containers();
    const { supervisor } = await session();
    run.child.kill('SIGKILL');
    await run.ended();
    await using next = start(project, '--port', '0');
    await next.says(/stop +Ctrl-C/);
    expect(await containers()).toEqual(before);
    expect((await session()).supervisor?.process).toEqual(supervisor?.process);
    next.child.kill('SIGINT');
    expect(await next.ended()).toBe(0);
    expect(await containers()).toEqual({});
    await waitFor('the supervisor to be gone', async () => !(await isAlive(supervisor?.process.pid ?? 0)));
  });

  it('replaces a supervisor that no record knows, and never touches another process', async () => {
    const project = await writeProject({ 'compose.yaml': ONE_SERVICE });
    await using run = start(project, '--port', '0');
    await run.says(/stop +Ctrl-C/);
    const record = await session();
    run.child.kill('SIGKILL');
    await run.ended();
    const orphan = record.supervisor?.process ?? { pid: 0, startTime: '', scope: '' };
    // A record of a process that ended long ago; another process has its id now.
    const foreign = { ...orphan, pid: process.pid, startTime: '1' };
    await sessionFile(state).write({
      ...record,
      supervisor: { process: foreign, port: record.supervisor?.port ?? 0, setup: record.supervisor?.setup ?? '' },
    });
    await using next = start(project, '--port', '0', '--detach');
    expect(await next.ended()).toBe(0);
    expect(next.text()).toContain(`Replacing the supervisor of an earlier run (process ${orphan.pid})`);
    expect(await isAlive(orphan.pid)).toBe(false);
  });
});

describe('without any engine', () => {
  it('starts a private one, finds it again after it was killed, and leaves nothing of it on the machine', async () => {
    const launcher = join(ROOT, 'tooling/testbed/src/in-namespace.ts');
    const scenario = join(import.meta.dirname, 'private-engine-scenario.ts');
    const node = [process.execPath, '--conditions=@device-supervisor/source'] as const;
    const { stdout } = await promisify(execFile)(node[0], [node[1], launcher, '--', ...node, scenario]);
    const seen: ScenarioSight = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(seen.exitCodes).toEqual([0, 0]);
    expect(seen.second).toContain('left running by an earlier process');
    expect(seen.second).toContain('Left running: ');
    expect(seen.stop).toMatch(/Stopping the private engine\n.*Stopped\n$/s);
    expect(seen.between.processes.length).toBeGreaterThan(seen.before.processes.length);
    expect(seen.after).toEqual(seen.before);
  });
});

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}
