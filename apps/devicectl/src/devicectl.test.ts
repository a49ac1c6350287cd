import { APP_KEY, createTestApi, GLOBAL_KEY } from '@device-supervisor/api/testing';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runDevicectl } from './run-devicectl.ts';

interface Typed {
  readonly key?: string;
  readonly input?: string;
  /** Absent: what is printed is read by a program. */
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
  /** In place of a stream that takes everything. */
  readonly output?: Writable;
  readonly notes?: Writable;
  /** Filled as it is printed. */
  readonly printed?: { output: string; notes: string };
  readonly environment?: Readonly<Record<string, string>>;
}

async function openDevice() {
  const parts = createTestApi();
  const server = await parts.api.listen({ port: 0, host: '127.0.0.1' });
  const type = async (command: string, typed: Typed = {}) => {
    const { key = GLOBAL_KEY, input = '', isTerminal = false, signal = new AbortController().signal } = typed;
    const { printed = { output: '', notes: '' } } = typed;
    const record = (name: 'output' | 'notes') =>
      Object.assign(new PassThrough(), { isTTY: isTerminal }).on(
        'data',
        (chunk) => (printed[name] += stripVTControlCharacters(String(chunk))),
      );
    const exitCode = await runDevicectl(command.split(' '), {
      environment: {
        DEVICECTL_DEVICE: `127.0.0.1:${server.port}`,
        TERM: 'dumb',
        ...(key === '' ? {} : { DEVICECTL_KEY: key }),
        ...typed.environment,
      },
      input: Object.assign(Readable.from([input]), { isTTY: isTerminal }),
      output: typed.output ?? record('output'),
      notes: typed.notes ?? record('notes'),
      signal,
    });
    await new Promise(setImmediate);
    return { exitCode, ...printed };
  };
  return { ...parts, type, port: server.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function failing(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('no room'), { code })) });
}

describe('what is looked at', () => {
  it('is a table on a terminal, and JSON elsewhere', async () => {
    await using device = await openDevice();
    const table = await device.type('status', { isTerminal: true });
    expect(table.output).toMatch(/^fleet \(app 1, .*\n {2}SERVICE +STATUS .*\n {2}main +Running/m);
    const { output } = await device.type('status');
    expect(JSON.parse(output)).toMatchObject({ applying: false, apps: [{ name: 'fleet' }, { name: 'other' }] });
    expect((await device.type('status --no-json')).output).toContain('SERVICE');
    expect(JSON.parse((await device.type('--json status', { isTerminal: true })).output)).toHaveProperty('apps');
  });

  it('is its own app for the key of a service', async () => {
    await using device = await openDevice();
    const { output } = await device.type('status', { key: APP_KEY });
    expect(JSON.parse(output)).toMatchObject({ apps: [{ name: 'fleet' }] });
    expect(output).not.toContain('other');
  });

  it('is the plan with its causes, also for another target', async () => {
    await using device = await openDevice();
    device.device.nextPlan = {
      ...device.device.nextPlan,
      operations: [
        {
          kind: 'remove-volume',
          id: 'a',
          dependsOn: [],
          cause: 'nothing uses it',
          appId: 1,
          service: null,
          name: 'data',
        },
      ],
    };
    expect((await device.type('plan --no-json')).output).toBe(
      '1 operations\n└─ 1 remove-volume app 1  ← nothing uses it\n',
    );
    const target = await device.type('plan --target -', { input: '{"local":{"apps":{}}}' });
    expect(target.exitCode).toBe(0);
    expect(device.device.planned.at(-1)).toMatchObject({ apps: {} });
  });

  it('is what the device keeps of its events', async () => {
    await using device = await openDevice();
    for (const field of ['first', 'second']) {
      device.device.emit({ type: 'notice', notice: { appId: 1, service: 'main', field, reason: 'not known' } });
    }
    const { output } = await device.type('events --no-json');
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/^\w{3} \d\d \d\d:\d\d:\d\d {2}no effect {5}main \(app 1\): first: not known$/),
      expect.stringContaining('main (app 1): second: not known'),
      '',
    ]);
  });

  it('is health, with an exit code for scripts', async () => {
    await using device = await openDevice();
    device.device.emit({ type: 'engine-connected' });
    expect((await device.type('health')).exitCode).toBe(0);
    device.device.currentHealth = { healthy: false, problems: ['the loop is stuck'] };
    const sick = await device.type('health --no-json');
    expect(sick).toMatchObject({ exitCode: 6, output: expect.stringContaining('the loop is stuck') });
  });
});

describe('what follows', () => {
  it('prints events as they come, until it is interrupted', async () => {
    await using device = await openDevice();
    const stop = new AbortController();
    const printed = { output: '', notes: '' };
    const running = device.type('events -f', { signal: stop.signal, printed });
    // A stream begins with what happens after it was opened.
    await expect
      .poll(() => {
        device.device.emit({ type: 'settled', changed: true });
        return printed.output;
      })
      .toContain('{"event":"settled"');
    stop.abort();
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
  });

  it('prints the lines of one service', async () => {
    await using device = await openDevice();
    const stop = new AbortController();
    const running = device.type('logs -f main --app fleet', { signal: stop.signal });
    await expect.poll(() => device.logs.attached).toBe(1);
    const line = { timestamp: 5, appId: 1, isStdErr: false, isSystem: false };
    device.logs.push({ ...line, message: 'of another', serviceName: 'worker' });
    device.logs.push({ ...line, message: 'own', serviceName: 'main' });
    device.logs.end();
    await expect.poll(() => device.logs.attached).toBe(1);
    stop.abort();
    const { output } = await running;
    expect(JSON.parse(output)).toMatchObject({ message: 'own' });
  });
});

describe('what is done', () => {
  it.each([
    ['restart worker', 'restartService 1 worker'],
    ['stop main --app fleet --force', 'stopService 1 main force'],
    ['start main --app 2', 'startService 2 main'],
    ['restart --app other', 'restartApp 2'],
    ['purge fleet --yes', 'purgeApp 1'],
  ])('%s', async (command, action) => {
    await using device = await openDevice();
    expect(await device.type(command)).toMatchObject({ exitCode: 0, notes: '' });
    expect(device.device.actions).toEqual([action]);
  });

  it('asks before it removes data, and removes none without an answer', async () => {
    await using device = await openDevice();
    expect(await device.type('purge fleet', { isTerminal: true, input: 'n\n' })).toMatchObject({ exitCode: 2 });
    expect(await device.type('purge fleet')).toMatchObject({ exitCode: 2, notes: expect.stringContaining('--yes') });
    expect(device.device.actions).toEqual([]);
    const asked = await device.type('purge fleet', { isTerminal: true, input: 'y\n' });
    expect(asked).toMatchObject({ exitCode: 0, notes: expect.stringContaining('Remove all volumes of fleet') });
    expect(device.device.actions).toEqual(['purgeApp 1']);
  });

  it('takes, shows and releases locks', async () => {
    await using device = await openDevice();
    const taken = await device.type('locks take worker --ttl 60 --holder backup');
    expect(JSON.parse(taken.output)).toMatchObject({ service: 'worker', holder: 'backup' });
    expect((await device.type('locks --no-json')).output).toMatch(/^1 +worker +backup +- +in \d+ s$/m);
    expect((await device.type('locks release worker')).exitCode).toBe(1);
    expect((await device.type('locks release worker --holder backup')).exitCode).toBe(0);
    expect((await device.type('locks list --no-json')).output).toBe('No update lock is held.\n');
  });

  it('writes an archive about the device, for its owner alone', async () => {
    await using device = await openDevice();
    const directory = await mkdtemp(join(tmpdir(), 'devicectl-'));
    try {
      const file = join(directory, 'kitchen.tar.gz');
      const { exitCode, output } = await device.type(`diagnose -o ${file}`);
      expect({ exitCode, output: JSON.parse(output) }).toEqual({ exitCode: 0, output: { file } });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(gunzipSync(await readFile(file)).toString('latin1')).toMatch(/^diagnostics-\w+-\d+\/health\.json/);
      expect(await readdir(directory)).toEqual(['kitchen.tar.gz']);
      expect((await device.type('diagnose', { key: APP_KEY })).exitCode).toBe(4);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('sets a target, the host name and the proxy', async () => {
    await using device = await openDevice();
    const directory = await mkdtemp(join(tmpdir(), 'devicectl-'));
    try {
      await writeFile(join(directory, 'target.json'), '{"local":{"name":"kitchen","apps":{}}}');
      expect((await device.type(`target set ${join(directory, 'target.json')}`)).exitCode).toBe(0);
      expect(device.device.targetsSet).toMatchObject([{ target: { name: 'kitchen' } }]);
    } finally {
      await rm(directory, { recursive: true });
    }
    await device.type('config set hostname=kitchen proxy.ip=192.0.2.1 proxy.port=1080 --file -', {
      input: '{"proxy":{"ip":"192.0.2.1","port":1080,"password":"secret"}}',
    });
    expect(device.host.patches).toMatchObject([
      { patch: { network: { hostname: 'kitchen', proxy: { password: 'secret', port: 1080 } } } },
    ]);
  });

  it('asks for an update, by force, and cancels it', async () => {
    await using device = await openDevice();
    for (const command of ['update', 'update --force', 'update --cancel']) await device.type(command);
    expect(device.device.actions).toEqual(['update', 'update force', 'update cancel']);
  });
});

describe('an interruption', () => {
  it('ends a command whose device does not answer', async () => {
    await using device = await openDevice();
    const stop = new AbortController();
    const silent = createServer(() => stop.abort()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await device.type(`--device 127.0.0.1:${port} status`, { signal: stop.signal })).toMatchObject({
      exitCode: 130,
      output: '',
      notes: '',
    });
    silent.close();
  });
});

describe('exit codes', () => {
  it.each([
    ['nothing', 2, /unknown command/],
    ['stop', 2, /missing required argument/],
    ['stop nothing', 2, /there is no service nothing\. There are main, worker/],
    ['stop main', 2, /several apps have a service main\. Name one by --app: fleet \(1\), other \(2\)/],
    ['config set proxy.password=secret', 2, /a password cannot be an argument/],
    ['--key-file /nowhere/key status', 2, /\/nowhere\/key cannot be read/],
    ['--device http://user:secret@device status', 2, /takes an address alone/],
    ['--device  purge --yes', 2, /names no device/],
    ['--device 127.0.0.1:1 status', 3, /ECONNREFUSED/],
  ])('%s: %i', async (command, exitCode, notes) => {
    await using device = await openDevice();
    expect(await device.type(command)).toMatchObject({ exitCode, output: '', notes: expect.stringMatching(notes) });
  });

  it('say that a key is missing or refused', async () => {
    await using device = await openDevice();
    expect(await device.type('status', { key: 'wrong' })).toMatchObject({ exitCode: 4 });
    expect(await device.type('target set -', { key: APP_KEY, input: '{"local":{"apps":{}}}' })).toMatchObject({
      exitCode: 4,
    });
    expect(await device.type('status', { key: 'two\nlines' })).toMatchObject({
      exitCode: 4,
      notes: expect.stringMatching(/^devicectl: the API key must be one line/),
    });
    expect(await device.type('--key-file - status', { key: '', input: `${GLOBAL_KEY}\n` })).toMatchObject({
      exitCode: 0,
    });
  });

  it('come with what the device says, but for commands to the terminal', async () => {
    await using device = await openDevice();
    device.locks.hold({ appId: 1, service: 'worker', holder: 'x\b\u0007y', reason: '', timeToLive: 60_000 });
    const { notes } = await device.type('locks take worker');
    expect(notes).toMatch(/^devicectl: [^\p{Cc}]*\n$/u);
  });

  it('say that a lock holds an action back', async () => {
    await using device = await openDevice();
    device.locks.hold({ appId: 1, service: 'worker', holder: 'other', reason: '', timeToLive: 60_000 });
    expect(await device.type('locks take worker')).toMatchObject({ exitCode: 5 });
  });

  it.each([
    ['ENOSPC', 1, 'devicectl: no room\n'],
    ['EPIPE', 0, ''],
  ])('say whether output is lost: %s is %i', async (code, exitCode, notes) => {
    await using device = await openDevice();
    const output = failing(code);
    expect(await device.type('status', { output })).toMatchObject({ exitCode, notes });
  });

  it('stay the same when notes cannot be written', async () => {
    await using device = await openDevice();
    expect(await device.type('--device 127.0.0.1:1 status', { notes: failing('EPIPE') })).toMatchObject({
      exitCode: 3,
    });
  });

  it('and help lists them', async () => {
    await using device = await openDevice();
    const { exitCode, output } = await device.type('--help');
    expect(exitCode).toBe(0);
    for (const word of ['Exit codes:', 'interrupted', 'devicectl complete bash', 'NO_COLOR', 'update']) {
      expect(output).toContain(word);
    }
  });
});
