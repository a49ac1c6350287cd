import { createTestApi } from '@device-supervisor/api/testing';
import { UpdatesLockedError } from '@device-supervisor/device';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typeCommand, type Printed } from '../testing/type-command.ts';

/** A device in local mode, and a command line that names it. */
async function openDevice() {
  const parts = createTestApi({ requiresKey: () => false });
  const server = await parts.api.listen({ port: 0, host: '127.0.0.1' });
  const address = `127.0.0.1:${server.port}`;
  const type = (
    command: string,
    { printed, environment }: { printed?: Printed; environment?: Readonly<Record<string, string>> } = {},
  ) => {
    const [name = '', ...rest] = command.split(' ');
    return typeCommand([name, '--device', address, ...rest], {
      ...(printed === undefined ? {} : { printed }),
      ...(environment === undefined ? {} : { environment }),
    });
  };
  return { ...parts, address, type, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'device-commands-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const line = { timestamp: 5, appId: 1, isStdErr: false, isSystem: false };

/** As journalctl prints it with `--output=json`. */
function journalLine(message: string | number[], fields: object = {}): string {
  return `${JSON.stringify({ MESSAGE: message, __REALTIME_TIMESTAMP: '5000', PRIORITY: '6', ...fields })}\n`;
}

describe('a device is looked at', () => {
  it('ps: services, all or some, as a table and as JSON', async () => {
    await using device = await openDevice();
    expect(await device.type('ps')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/main +Running[\s\S]*worker +Downloading 40 %/),
    });
    const { output } = await device.type('ps worker --json');
    expect(JSON.parse(output)).toMatchObject({ apps: [{ services: [{ name: 'worker' }] }, { services: [] }] });
    expect(await device.type('ps none')).toMatchObject({
      exitCode: 2,
      notes: 'there is no service none. There are main, worker.\n',
    });
  });

  it('plan: what up would change, for the architecture of the device', async () => {
    await using device = await openDevice();
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'compose.yaml'), 'services: { web: { image: "web:1" } }');
    expect(await device.type(`plan ${folder.path}`)).toMatchObject({ exitCode: 0, output: 'Nothing is left to do.\n' });
    expect(device.device.planned.at(-1)).toMatchObject({ apps: {} });
    expect(Object.keys(device.device.planned.at(-1)?.apps ?? {})).toHaveLength(1);
    expect(device.device.targetsSet).toEqual([]);
  });

  it('config: the project as it is read, without the contents of secrets', async () => {
    await using device = await openDevice();
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'token'), 'hunter2');
    await writeFile(
      join(folder.path, 'compose.yaml'),
      'services: { web: { image: "web:${TAG}", secrets: [token] } }\nsecrets: { token: { file: ./token } }',
    );
    const { exitCode, output } = await device.type(`config ${folder.path} --json`, { environment: { TAG: '7' } });
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      services: { web: { image: 'web:7' } },
      secrets: { token: { bytes: 7 } },
    });
    expect(output).not.toContain('hunter2');
    const text = await device.type(`config ${folder.path}`, { environment: { TAG: '7' } });
    expect(text.output).toContain('image: web:7\n');
  });

  it('doctor: names a remedy for what does not work, with exit code 6', async () => {
    await using device = await openDevice();
    const { exitCode, output } = await device.type('doctor --engine tcp://127.0.0.1:1 --json');
    expect(exitCode).toBe(6);
    expect(JSON.parse(output)).toMatchObject({
      checks: expect.arrayContaining([
        { name: 'API', status: 'ok', message: expect.stringContaining(device.address), remedy: null },
        { name: 'BuildKit', status: 'failed', message: expect.any(String), remedy: expect.stringContaining('engine') },
      ]),
    });
  });

  it('open: starts the browser, or names the page', async () => {
    await using device = await openDevice();
    await using folder = await temporaryFolder();
    const environment = { PATH: folder.path };
    expect(await device.type('open', { environment })).toEqual({
      exitCode: 1,
      output: '',
      notes: `no program here opens pages. Open http://${device.address}/ in a browser\n`,
    });
    const program = join(folder.path, 'xdg-open');
    await writeFile(program, `#!/bin/sh\nprintf %s "$1" > ${folder.path}/opened\n`);
    await chmod(program, 0o755);
    expect(await device.type('open', { environment })).toMatchObject({ exitCode: 0 });
    await expect
      .poll(() => readFile(join(folder.path, 'opened'), 'utf8').catch(() => ''))
      .toBe(`http://${device.address}/`);
  });
});

describe('the lines of services', () => {
  it('come from the journal', async () => {
    await using device = await openDevice();
    device.host.lines = [journalLine('one'), journalLine([116, 119, 111], { PRIORITY: '3' })];
    const { exitCode, output } = await device.type('logs worker main --tail 3 --since 2026-11-24T06:00:00Z --json');
    expect(exitCode).toBe(0);
    const printed = output
      .trimEnd()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    expect(printed).toContainEqual({ message: 'one', timestamp: 5, serviceName: 'main' });
    expect(printed).toContainEqual({ message: 'two', timestamp: 5, serviceName: 'main', isStdErr: true });
    // The journal would count from the time on; the newest lines are taken here.
    expect(device.host.journalRequests[0]).toEqual(expect.not.objectContaining({ lines: expect.anything() }));
    expect(device.host.journalRequests[0]).toMatchObject({ identifier: 'container-1', since: '@1795500000.000' });
    const { output: newest } = await device.type('logs main --tail 1 --json');
    expect(JSON.parse(newest.trimEnd().split('\n')[0] ?? '')).toMatchObject({ serviceName: 'main' });
    expect(device.host.journalRequests.at(-1)).toMatchObject({ lines: 1 });
  });

  it('are followed, each printed once, until an interruption', async () => {
    await using device = await openDevice();
    device.host.lines = [journalLine('before')];
    const printed = { output: '', notes: '' };
    const running = device.type('logs -f main', { printed });
    await expect.poll(() => printed.output).toContain('before');
    device.logs.push({ ...line, message: 'before', serviceName: 'main' });
    device.logs.push({ ...line, message: 'of another', serviceName: 'worker' });
    device.logs.push({ ...line, message: 'after', serviceName: 'main' });
    await expect.poll(() => printed.output).toContain('after');
    process.emit('SIGTERM');
    expect(await running).toMatchObject({ exitCode: 130 });
    expect(printed.output.match(/before/g)).toHaveLength(2);
    expect(printed.output).not.toContain('of another');
  });

  it('are followed also where the device has kept none', async () => {
    await using device = await openDevice();
    device.host.failure = new Error('no journal');
    const printed = { output: '', notes: '' };
    const running = device.type('logs -f main', { printed });
    await expect.poll(() => printed.notes).toContain('earlier lines are not available');
    device.logs.push({ ...line, message: 'after', serviceName: 'main' });
    await expect.poll(() => printed.output).toContain('after');
    process.emit('SIGTERM');
    await running;
  });
});

describe('services are acted on', () => {
  it.each([
    ['restart worker', ['restartService 1 worker']],
    ['stop worker --force', ['stopService 1 worker force']],
    ['start worker', ['startService 1 worker']],
  ])('%s', async (command, actions) => {
    await using device = await openDevice();
    expect(await device.type(command)).toMatchObject({ exitCode: 0, notes: '' });
    expect(device.device.actions).toEqual(actions);
  });

  it('all of them or none: a name that is wrong comes first', async () => {
    await using device = await openDevice();
    expect(await device.type('stop worker none')).toMatchObject({ exitCode: 2 });
    expect(device.device.actions).toEqual([]);
  });

  it('unless a lock is held, with exit code 5', async () => {
    await using device = await openDevice();
    device.device.failure = new UpdatesLockedError(['worker']);
    expect(await device.type('stop worker')).toMatchObject({
      exitCode: 5,
      notes: expect.stringMatching(
        /^the supervisor at http:\/\/127\.0\.0\.1:\d+ refuses it: .*--force overrides update locks\n$/,
      ),
    });
  });

  it('exec: refuses a service that does not run', async () => {
    await using device = await openDevice();
    expect(await device.type('exec worker true')).toEqual({
      exitCode: 1,
      output: '',
      notes: 'worker does not run (Downloading)\n',
    });
  });

  it('up: builds nothing without the engine of the device', async () => {
    await using device = await openDevice();
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'compose.yaml'), 'services: { web: { image: "web:1" } }');
    expect(await device.type(`up ${folder.path} --engine tcp://127.0.0.1:1`)).toMatchObject({
      exitCode: 1,
      notes: expect.stringContaining('the engine at tcp://127.0.0.1:1 does not answer'),
    });
    expect(device.device.targetsSet).toEqual([]);
  });

  it('up: refuses mounts of files of this machine, with their place', async () => {
    await using device = await openDevice();
    await using folder = await temporaryFolder();
    await writeFile(
      join(folder.path, 'compose.yaml'),
      'services:\n  web:\n    image: web:1\n    volumes:\n      - ./src:/src\n',
    );
    const { exitCode, notes } = await device.type(`up ${folder.path}`);
    expect({ exitCode, notes }).toEqual({
      exitCode: 2,
      notes: expect.stringContaining(
        `compose.yaml:5:9: services.web.volumes.0: a device mounts no path of the host such as ${folder.path}/src;`,
      ),
    });
  });

  it('say plainly that the device does not answer, with exit code 3', async () => {
    const { address, ...server } = await openDevice();
    await server[Symbol.asyncDispose]();
    for (const command of ['ps', 'restart', 'down']) {
      expect(await typeCommand([command, '--device', address])).toMatchObject({
        exitCode: 3,
        output: '',
        notes: expect.stringContaining(`the supervisor at http://${address} does not answer`),
      });
    }
  });
});
