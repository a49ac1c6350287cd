import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import {
  bundleSupervisor,
  startSupervisor,
  startTestEngine,
  waitFor,
  type TestEngine,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const UUID = 'a'.repeat(32);
const REGISTERED = JSON.stringify({
  uuid: UUID,
  deviceApiKey: 'device-key-of-a-test',
  apiEndpoint: 'http://127.0.0.1:9',
  registered_at: 1,
  deviceId: 1,
});

let engine: TestEngine;
let program: string;

beforeAll(async () => {
  await bundleSupervisor();
  program = resolve(import.meta.dirname, '../../apps/supervisor/dist/main.cjs');
  engine = await startTestEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

async function failureOf(...argv: string[]): Promise<{ code?: number; stderr?: string }> {
  return await run(process.execPath, [program, ...argv]).then(
    () => ({}),
    (error: { code?: number; stderr?: string }) => error,
  );
}

describe('the command line', () => {
  it('shows version, commit and contract', async () => {
    const { stdout } = await run(process.execPath, [program, '--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+ \(commit [0-9a-z-]+, contract \d+\.\d+\.\d+\)\n$/);
  });

  it('shows its usage', async () => {
    expect((await run(process.execPath, [program, '--help'])).stdout).toContain('health-check');
  });

  it('refuses what it does not know, and starts nothing', async () => {
    expect(await failureOf('--port=80')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown argument '--port=80'"),
    });
  });
});

/** Of a supervisor that controls its host, on a boot partition as the test made it. */
async function device(name: string, files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const directory = join(engine.directory, name);
  await mkdir(join(directory, 'boot'), { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(directory, 'boot', file), content);
  return {
    DOCKER_HOST: engine.endpoint,
    HOST_CONTROL: 'on',
    LOG_FORMAT: 'json',
    ROOT_MOUNTPOINT: join(directory, 'root'),
    BOOT_MOUNTPOINT: join(directory, 'boot'),
    STATE_MOUNTPOINT: join(directory, 'state'),
    DATA_MOUNTPOINT: join(directory, 'mnt-data'),
    DATABASE_PATH: join(directory, 'data/database.sqlite'),
    DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(directory, 'no-bus')}`,
    LISTEN_PORT: '0',
    LISTEN_ADDRESSES: '127.0.0.1',
  };
}

/** Runs it until it says what is waited for, or ends. */
async function linesOf(
  environment: Record<string, string>,
  until: RegExp,
): Promise<{ readonly output: string; readonly code: number | null }> {
  const child = execFile(process.execPath, [program], { env: { PATH: process.env['PATH'], ...environment } });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout?.on('data', (chunk) => void (output += String(chunk)));
  const stderr = child.stderr === null ? '' : text(child.stderr);
  await waitFor(`${until}`, () => until.test(output) || child.exitCode !== null);
  child.kill('SIGTERM');
  await exited;
  return { output: output + (await stderr), code: child.exitCode };
}

describe('a device whose boot partition is damaged', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['not mounted', {}, 'BOOT_PARTITION_MISSING'],
    ['without a config.json', { 'device-type.json': '{}' }, 'CONFIG_JSON_MISSING'],
    ['with an empty config.json', { 'config.json': '' }, 'CONFIG_JSON_DAMAGED'],
    ['with a damaged config.json', { 'config.json': REGISTERED.slice(0, 50) }, 'CONFIG_JSON_DAMAGED'],
  ])('and that is %s does not start as another device', async (name, files, code) => {
    const environment = await device(name, files);
    const result = await linesOf(environment, /API listens/);
    expect(result.code).toBe(1);
    const last: unknown = JSON.parse(result.output.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ level: 'error', code });
    const boot = environment['BOOT_MOUNTPOINT'] ?? '';
    for (const [file, content] of Object.entries(files)) expect(await readFile(join(boot, file), 'utf8')).toBe(content);
    expect((await readdir(boot)).filter((file) => !file.includes('.damaged'))).toEqual(Object.keys(files));
  });

  it('goes on as the device that it was, and puts the file right', async () => {
    const environment = await device('again', { 'config.json': REGISTERED });
    const first = await linesOf(environment, /API listens/);
    expect(first.output).toContain(`Device ${UUID} is managed`);
    expect(first.output).toMatch(/API listens on port \d+ \(127\.0\.0\.1\); clients need a key/);
    const path = join(environment['BOOT_MOUNTPOINT'] ?? '', 'config.json');
    for (const damage of ['', REGISTERED.slice(0, 50), null]) {
      await (damage === null ? rm(path) : writeFile(path, damage));
      const { output } = await linesOf(environment, /API listens/);
      expect(output).toContain(`Device ${UUID} is managed`);
      expect(output).toContain('The last good content is in its place again');
      expect(output).toContain('clients need a key');
      expect(output).not.toContain('device-key-of-a-test');
      expect(await readFile(path, 'utf8')).toBe(REGISTERED);
    }
  });
});

it('is the only one of its engine, and says so to a second one with a state of its own', async () => {
  await using first = await startSupervisor({ engineEndpoint: engine.endpoint, rootMount: engine.directory });
  await expect(startSupervisor({ engineEndpoint: engine.endpoint, rootMount: engine.directory })).rejects.toThrow(
    /is in use by another supervisor/,
  );
  expect(await first.get('/v1/healthy').catch(() => 'OK')).toBe('OK');
});

it('writes its log as JSON lines without a terminal, each with time, level and component', async () => {
  const { output } = await linesOf(await device('json', { 'config.json': REGISTERED }), /API listens/);
  const entries = output
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(entries.length).toBeGreaterThan(3);
  for (const entry of entries) {
    expect(entry).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      level: expect.stringMatching(/^(debug|info|warn|error)$/),
      component: expect.any(String),
      message: expect.any(String),
    });
  }
});
