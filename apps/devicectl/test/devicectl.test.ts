import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { bundleApp } from '@device-supervisor/bundle';
import {
  startAppFixture,
  startSupervisor,
  waitFor,
  type AppFixture,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const APP = 90_140;
const OTHER = 90_141;
/** The port of the API in the variables of containers. */
const PORT = 48_484;
const LABELS = { 'io.balena.features.supervisor-api': '1' };

const stack = new AsyncDisposableStack();
let program: string;
let fixture: AppFixture;
let supervisor: SupervisorProcess;

beforeAll(async () => {
  program = (await bundleApp(resolve(import.meta.dirname, '..'))).file;
  fixture = stack.use(await startAppFixture(APP));
  await fixture.buildImage({ tag: 'shell:1', files: await programFiles() });
  supervisor = stack.use(
    await startSupervisor({
      engineEndpoint: fixture.engine.endpoint,
      port: PORT,
      environment: { LISTEN_ADDRESSES: '', REQUIRE_API_KEY: '1' },
    }),
  );
  await applied(await devicectl('target set -', { input: JSON.stringify(target({ web: {} })) }));
});

afterAll(() => stack.disposeAsync());

function target(services: Parameters<AppFixture['target']>[0]): object {
  const shell = { image: 'shell:1', labels: LABELS, environment: { PASSWORD: 'hunter2-of-the-web' } };
  const others = { 1: { serviceName: 'theirs', imageId: 1, image: 'app:1', environment: {}, labels: {} } };
  return {
    local: {
      apps: {
        ...fixture.target({ ...services, shell }),
        [OTHER]: { name: 'other', commit: 'c1', releaseId: '1', services: others, volumes: {}, networks: {} },
      },
    },
  };
}

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly notes: string;
}

/** Runs the program as a shell on the device does, with the device's own key in a file. */
async function devicectl(command: string, { input = '' }: { readonly input?: string } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...command.split(' ')], {
    env: { DEVICECTL_KEY_FILE: join(supervisor.directory, 'data/api-key'), TZ: 'UTC' },
  });
  const printed = { output: '', notes: '' };
  child.stdout.on('data', (chunk) => (printed.output += String(chunk)));
  child.stderr.on('data', (chunk) => (printed.notes += String(chunk)));
  child.stdin.end(input);
  const [exitCode]: (number | null)[] = await once(child, 'close');
  return { exitCode: exitCode ?? null, ...printed };
}

/** The target was taken, and is reached. */
async function applied(set: Ended): Promise<void> {
  expect(set).toMatchObject({ exitCode: 0 });
  await waitFor('the target to be applied', () => devicectl('status'), {
    until: ({ output }) => output.includes('"applying": false') && !output.includes('"containerId": null'),
  });
}

describe('on the device, with its own key', () => {
  it('shows what runs, and nothing to do', async () => {
    const { output, exitCode } = await devicectl('status');
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      applying: false,
      apps: [
        {
          name: `app${APP}`,
          services: [
            { name: 'web', status: 'Running' },
            { name: 'shell', status: 'Running' },
          ],
        },
        { name: 'other', services: [{ name: 'theirs' }] },
      ],
    });
    expect((await devicectl('plan --no-json')).output).toBe('Nothing is left to do.\n');
    expect((await devicectl('health')).exitCode).toBe(0);
    expect((await devicectl('events --no-json')).output).toMatch(/^\w{3} \d\d .* done +start-container web \(app/m);
  });

  it('shows what another target would do, and why', async () => {
    const { output } = await devicectl('plan --no-json --target -', {
      input: JSON.stringify(target({ web: { image: 'app:2' } })),
    });
    expect(output).toMatch(/create-container web \(app 90140\).* ← \S/);
    expect(output).toMatch(/[└├]─ \d+ remove-container web/);
  });

  it('restarts, stops and starts a service, unless its lock is held', async () => {
    const before = (await fixture.docker.getContainer('web_1_1_c1').inspect()).State.StartedAt;
    expect(await devicectl('restart web')).toMatchObject({ exitCode: 0 });
    expect((await fixture.docker.getContainer('web_1_1_c1').inspect()).State.StartedAt).not.toBe(before);
    expect(await devicectl('locks take web --reason backup')).toMatchObject({ exitCode: 0 });
    expect((await devicectl('locks --no-json')).output).toMatch(/web +devicectl +backup/);
    expect(await devicectl('stop web')).toMatchObject({ exitCode: 5, notes: expect.stringContaining('423') });
    expect(await devicectl('stop web --force')).toMatchObject({ exitCode: 0 });
    await waitFor('the service to stop', () => fixture.containers(), {
      until: (names) => names.includes('web_1_1_c1 exited'),
    });
    expect(await devicectl('start web')).toMatchObject({ exitCode: 0 });
    expect(await fixture.containers()).toContain('web_1_1_c1 running');
    // The lock ended when the service was stopped by force.
    expect(await devicectl('locks take web')).toMatchObject({ exitCode: 0 });
    expect(await devicectl('locks release web')).toMatchObject({ exitCode: 0 });
  });

  it('writes an archive that holds no secret', async () => {
    const file = join(supervisor.directory, 'kitchen.tar.gz');
    expect(await devicectl(`diagnose -o ${file}`)).toMatchObject({ exitCode: 0, notes: '' });
    const listed = await run('tar', ['-tzf', file]);
    for (const name of ['health', 'device', 'state', 'plan', 'target', 'facts'])
      expect(listed).toContain(`/${name}.json`);
    const content = await run('tar', ['-xzOf', file]);
    expect(content).toContain('"PASSWORD": "[redacted]"');
    expect(content).not.toContain('hunter2-of-the-web');
    expect(content).not.toContain((await readFile(join(supervisor.directory, 'data/api-key'), 'utf8')).trim());
    expect(content).toContain('"apiVersion"');
  });

  it('completes what is typed', async () => {
    const { output } = await devicectl('complete -- lo');
    expect(output).toMatch(/^locks\t/m);
    expect(output).toMatch(/^logs\t/m);
    expect((await devicectl('complete bash')).output).toContain('complete -F');
  });

  it('keeps the key out of the list of processes', async () => {
    const key = (await readFile(join(supervisor.directory, 'data/api-key'), 'utf8')).trim();
    const child = spawn(process.execPath, [program, 'events', '-f'], {
      env: { DEVICECTL_KEY_FILE: join(supervisor.directory, 'data/api-key') },
    });
    try {
      await once(child, 'spawn');
      expect(await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(key);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('on a terminal', () => {
  it('is a table in colours, and without them where they are not wanted', async () => {
    const coloured = await onTerminal('status', {});
    expect(coloured).toContain('\u001b[32m');
    expect(stripVTControlCharacters(coloured)).toMatch(/SERVICE +STATUS +HEALTH/);
    const plain = await onTerminal('status', { NO_COLOR: '1' });
    expect(plain).toMatch(/ {2}web +Running/);
    expect(plain).not.toContain('\u001b[32m');
  });

  it('follows events and logs until Ctrl-C', async () => {
    const events = terminal('events -f', {});
    await waitFor(
      'an event on the terminal',
      async () => {
        await devicectl('restart web');
        return events.printed();
      },
      { until: (text) => /done +.*start-container web/.test(stripVTControlCharacters(text)) },
    );
    expect(await events.interrupt()).toBe(130);
    const logs = terminal('logs -f', {});
    await waitFor(
      'a line on the terminal',
      async () => {
        await devicectl('restart web');
        return logs.printed();
      },
      { until: (text) => /supervisor \| .*web/.test(stripVTControlCharacters(text)) },
    );
    expect(await logs.interrupt()).toBe(130);
  });

  it('asks before it removes data', async () => {
    const question = terminal(`purge app${APP}`, {});
    await waitFor('the question', async () => question.printed(), { until: (text) => text.includes('[y/N]') });
    question.type('n\r');
    expect(await question.ended).toBe(2);
    expect(question.printed()).toContain('nothing was removed');
  });
});

describe('in a container, with the key of its service', () => {
  const inside = (command: string): Promise<string> =>
    fixture.exec('shell_2_1_c1', `/opt/node /opt/devicectl.cjs ${command} 2>&1; echo "exit code $?"`);

  it('sees its own app alone, and does nothing to another', async () => {
    const status = await inside('--json status');
    expect(status).toContain(`"name": "app${APP}"`);
    expect(status).not.toContain('theirs');
    expect(status).toContain('exit code 0');
    expect(await inside('restart theirs')).toContain('there is no service theirs');
    expect(await inside('diagnose -o -')).toContain('exit code 4');
    expect(await inside('restart web')).toContain('exit code 0');
  });
});

interface Terminal {
  printed(): string;
  type(keys: string): void;
  /** Exit code. */
  readonly ended: Promise<number>;
  /** Presses Ctrl-C. @returns exit code */
  interrupt(): Promise<number>;
}

/** The program in a pseudo-terminal, as `script` makes it. */
function terminal(command: string, environment: Readonly<Record<string, string>>): Terminal {
  const line = `${process.execPath} ${program} ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: {
      PATH: process.env['PATH'],
      SHELL: '/bin/sh',
      TERM: 'xterm-256color',
      DEVICECTL_KEY_FILE: join(supervisor.directory, 'data/api-key'),
      ...environment,
    },
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += String(chunk)));
  const ended = once(child, 'close').then(([exitCode]: number[]) => exitCode ?? -1);
  return {
    printed: () => printed,
    type: (keys) => void child.stdin.write(keys),
    ended,
    interrupt() {
      child.stdin.write('\u0003');
      return ended;
    },
  };
}

async function onTerminal(command: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const one = terminal(command, environment);
  expect(await one.ended).toBe(0);
  return one.printed();
}

/** This Node.js with its libraries, and the program, for an image. */
async function programFiles(): Promise<Record<string, { readonly content: Buffer; readonly mode: number }>> {
  const libraries = [...(await run('ldd', [process.execPath])).matchAll(/(?:=> )?(\/\S+) \(0x/g)];
  const paths = libraries.flatMap(([, path]) => (path === undefined ? [] : [[path, path] as const]));
  return Object.fromEntries(
    await Promise.all(
      [...paths, ['/opt/node', process.execPath] as const, ['/opt/devicectl.cjs', program] as const].map(
        async ([inside, outside]) => [inside, { content: await readFile(outside), mode: 0o755 }] as const,
      ),
    ),
  );
}

function run(file: string, args: readonly string[]): Promise<string> {
  const { promise, resolve: done, reject } = Promise.withResolvers<string>();
  execFile(file, [...args], { maxBuffer: 2 ** 26 }, (error, output) => (error === null ? done(output) : reject(error)));
  return promise;
}
