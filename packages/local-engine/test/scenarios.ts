/**
 * Things that happen to a private engine, each played in namespaces of its own, where no other engine has been:
 * `scenarios.ts <name>` prints what was seen as one line of JSON.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeError } from '@device-supervisor/errors';
import { createCommandRunner, listProcesses, resolveEngine, startPrivateEngine } from '@device-supervisor/local-engine';
import { busyboxImage, connectEngine, snapshotMachine, waitFor } from '@device-supervisor/testbed';

const commands = createCommandRunner(process.env);
const directory = await mkdtemp(join(tmpdir(), 'state-'));
const messages: string[] = [];
const onProgress = (message: string): void => void messages.push(message);
const start = (options: { readonly stopDeadline?: number; readonly directory?: string } = {}) =>
  startPrivateEngine({ directory, environment: process.env, onProgress, ...options });
const resolvePrivate = (options: { readonly installEngine?: boolean } = {}) =>
  resolveEngine({ environment: { PATH: process.env['PATH'] }, stateDirectory: directory, onProgress, ...options });

/** The first process of a container ignores SIGTERM unless it says otherwise. */
const UNTIL_STOPPED = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';

/** Containers of every kind that an engine has to take down: published port, own networks, volume, paused. */
async function populate(endpoint: string): Promise<void> {
  const engine = connectEngine(endpoint);
  await busyboxImage(endpoint, {
    tag: 'web:1',
    files: { '/www/index.html': 'served' },
    exposedPorts: ['80'],
    cmd: ['sh', '-c', `httpd -h /www; ${UNTIL_STOPPED}`],
  });
  await engine.createNetwork({ Name: 'plain' });
  await engine.createNetwork({ Name: 'named', Options: { 'com.docker.network.bridge.name': 'supervisor0' } });
  const containers = [
    { name: 'published', HostConfig: { NetworkMode: 'plain', PortBindings: { '80/tcp': [{ HostPort: '18080' }] } } },
    { name: 'volume', HostConfig: { NetworkMode: 'named', Binds: ['data:/data'] } },
    { name: 'paused', HostConfig: { CgroupParent: '' } },
    { name: 'privileged', HostConfig: { Privileged: true, NetworkMode: 'host' }, Cmd: ['sh', '-c', UNTIL_STOPPED] },
  ];
  for (const container of containers) {
    const created = await engine.createContainer({ Image: 'web:1', ...container });
    await created.start();
    if (container.name === 'paused') await created.pause();
  }
}

async function containerStates(endpoint: string): Promise<Record<string, string>> {
  const containers = await connectEngine(endpoint).listContainers({ all: true });
  return Object.fromEntries(containers.map(({ Names: [name = ''], State }) => [name, State]));
}

/** Starts an engine in another process, which is then killed. */
async function startInKilledProcess(): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--conditions=@device-supervisor/source', fileURLToPath(import.meta.url), 'hold', directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [endpoint] = await once(createInterface({ input: child.stdout }), 'line');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return String(endpoint);
}

async function failure(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt();
    return 'no failure';
  } catch (error) {
    const details = error instanceof Error && 'details' in error ? error.details : undefined;
    return { ...describeError(error), details };
  }
}

async function hide(path: string): Promise<void> {
  await commands.run('mount', ['--bind', '/dev/null', path]);
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  async stop() {
    const before = await snapshotMachine();
    const engine = await start();
    await populate(engine.endpoint);
    const during = await snapshotMachine();
    const page = await waitFor('the published port', async () => (await fetch('http://127.0.0.1:18080/')).text());
    const states = await containerStates(engine.endpoint);
    await engine.stop();
    return { before, during, page, states, after: await snapshotMachine() };
  },
  async 'stop-after-crash'() {
    const before = await snapshotMachine();
    const engine = await start();
    await populate(engine.endpoint);
    process.kill(engine.pid, 'SIGKILL');
    await engine.stop();
    return { before, after: await snapshotMachine() };
  },
  async 'stop-when-hung'() {
    const before = await snapshotMachine();
    const engine = await start({ stopDeadline: 300 });
    await populate(engine.endpoint);
    process.kill(engine.pid, 'SIGSTOP');
    await engine.stop();
    return { before, after: await snapshotMachine() };
  },
  async 'start-after-crash'() {
    const before = await snapshotMachine();
    const crashed = await start();
    await populate(crashed.endpoint);
    process.kill(crashed.pid, 'SIGKILL');
    const engine = await start();
    const states = await containerStates(engine.endpoint);
    await engine.stop();
    return { before, reused: engine.reused, states, after: await snapshotMachine() };
  },
  async 'take-over'() {
    const before = await snapshotMachine();
    const endpoint = await startInKilledProcess();
    const states = await containerStates(endpoint);
    const engine = await resolvePrivate();
    const statesThen = await containerStates(engine.endpoint);
    await engine[Symbol.asyncDispose]();
    return { before, endpoint, engine, states, statesThen, after: await snapshotMachine() };
  },
  async 'failed-start'() {
    const before = await snapshotMachine();
    await writeFile(join(directory, 'data'), 'not a directory');
    const error = await failure(() => start());
    return { before, error, after: await snapshotMachine() };
  },
  async 'aborted-start'() {
    const before = await snapshotMachine();
    const controller = new AbortController();
    const starting = failure(() =>
      startPrivateEngine({ directory, environment: process.env, onProgress, signal: controller.signal }),
    );
    await waitFor('dockerd to be there', async () =>
      (await listProcesses()).some(({ commandLine: [program] }) => program === 'dockerd'),
    );
    controller.abort(new Error('changed my mind'));
    return { before, error: await starting, after: await snapshotMachine() };
  },
  async 'deep-directory'() {
    const before = await snapshotMachine();
    const deep = join(directory, 'a'.repeat(60), 'b'.repeat(60));
    const engine = await start({ directory: deep });
    await populate(engine.endpoint);
    await engine.stop();
    return { before, endpoint: engine.endpoint, messages, after: await snapshotMachine() };
  },
  async 'occupied-addresses'() {
    await commands.run('ip', ['link', 'add', 'vpn0', 'type', 'bridge']);
    await commands.run('ip', ['address', 'add', '172.20.1.1/16', 'dev', 'vpn0']);
    await commands.run('ip', ['link', 'set', 'vpn0', 'up']);
    await commands.run('ip', ['route', 'add', '172.16.0.0/14', 'dev', 'vpn0']);
    const before = await snapshotMachine();
    const engine = await start();
    await populate(engine.endpoint);
    const during = await snapshotMachine();
    await engine.stop();
    return { before, during, after: await snapshotMachine() };
  },
  async 'rules-of-others'() {
    await commands.run('iptables', ['-N', 'DOCKER-USER']);
    await commands.run('iptables', ['-A', 'DOCKER-USER', '-s', '192.0.2.7', '-j', 'DROP']);
    await commands.run('iptables', ['-A', 'INPUT', '-s', '172.17.0.9', '-j', 'DROP']);
    const before = await snapshotMachine();
    const engine = await start();
    await populate(engine.endpoint);
    await commands.run('iptables', ['-A', 'INPUT', '-s', '192.0.2.8', '-j', 'DROP']);
    await engine.stop();
    return { before, after: await snapshotMachine() };
  },
  async 'two-engines'() {
    const before = await snapshotMachine();
    const first = await start();
    const second = await start({ directory: join(directory, 'second') });
    await first.stop();
    const between = await snapshotMachine();
    await populate(second.endpoint);
    await second.stop();
    return { before, between, after: await snapshotMachine() };
  },
  async privileged() {
    await using engine = await start();
    await busyboxImage(engine.endpoint, { tag: 'idle:1' });
    const docker = connectEngine(engine.endpoint);
    const container = await docker.createContainer({ Image: 'idle:1', HostConfig: { Privileged: true } });
    await container.start();
    const exec = await container.exec({
      Cmd: ['grep', 'CapEff', '/proc/1/status'],
      Privileged: true,
      AttachStdout: true,
    });
    const stream = await exec.start({});
    const output = await text(stream);
    await container.remove({ force: true });
    const own = /CapBnd:\s*(\w+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1];
    return { own, container: /CapEff:\s*(\w+)/.exec(output)?.[1] };
  },
  async 'not-installed'() {
    await hide('/usr/sbin/dockerd');
    const notAllowed = await failure(() => resolvePrivate({ installEngine: false }));
    const cannotBeFound = await failure(() => resolvePrivate());
    await hide('/var/lib/dpkg/status');
    for (const path of ['/var/lib/apt/lists', '/var/cache/apt'])
      await commands.run('mount', ['-t', 'tmpfs', 'apt', path]);
    await mkdir('/var/cache/apt/archives/partial', { recursive: true });
    const noNetwork = await failure(() => resolvePrivate());
    await hide('/usr/bin/apt-get');
    return { notAllowed, cannotBeFound, noNetwork, noApt: await failure(() => resolvePrivate()), messages };
  },
  async 'not-root'() {
    process.setuid?.(65534);
    return await failure(() => resolvePrivate());
  },
};

const [, , name = '', heldDirectory] = process.argv;
if (heldDirectory === undefined) {
  // A new network namespace takes over the machine's setting, which may be what an engine has made of it.
  await writeFile('/proc/sys/net/ipv4/ip_forward', '0');
  const scenario = scenarios[name];
  if (scenario === undefined) throw new TypeError(`no scenario is called ${name}`);
  process.stdout.write(`${JSON.stringify(await scenario())}\n`);
} else {
  const engine = await resolveEngine({ environment: process.env, stateDirectory: heldDirectory, onProgress });
  await populate(engine.endpoint);
  process.stdout.write(`${engine.endpoint}\n`);
  setInterval(() => undefined, 60_000);
}
