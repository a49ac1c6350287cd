import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.ts';
import { openIdentity, type OpenedIdentity } from './open-identity.ts';

const UUID = 'a'.repeat(32);
const REGISTERED = JSON.stringify({
  uuid: UUID,
  deviceApiKey: 'device-key',
  apiEndpoint: 'https://cloud.test',
  deviceId: 7,
  registered_at: 1_700_000_000,
});

let directory: string;
let bootMount: string;
let configJsonPath: string;
let lines: string[];
let hidden: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'identity-'));
  bootMount = join(directory, 'boot');
  configJsonPath = join(bootMount, 'config.json');
  mkdirSync(bootMount);
  writeFileSync(join(bootMount, 'device-type.json'), '{}');
  lines = [];
  hidden = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function open(controlsHost = true): Promise<OpenedIdentity> {
  const log = createLogger({
    level: 'debug',
    format: 'human',
    now: () => new Date(0),
    write: (line) => lines.push(line),
  });
  return await openIdentity({
    config: { controlsHost, bootMount, configJsonPath, databasePath: join(directory, 'data/database.sqlite') },
    log,
    hide: (secret) => hidden.push(secret),
  });
}

describe('on a device', () => {
  it('is the device that config.json names, managed by the cloud that it names', async () => {
    writeFileSync(configJsonPath, REGISTERED);
    const { identity, mode } = await open();
    expect(identity.current).toEqual({ uuid: UUID, deviceApiKey: 'device-key' });
    expect(mode).toMatchObject({ kind: 'managed', endpoint: 'https://cloud.test' });
    expect(hidden).toContain('device-key');
    expect(lines).toEqual([]);
  });

  it('is unmanaged when config.json was read and has no apiEndpoint', async () => {
    writeFileSync(configJsonPath, JSON.stringify({ uuid: UUID, apiEndpoint: '' }));
    expect((await open()).mode).toMatchObject({ kind: 'unmanaged' });
  });

  it('makes up what a new config.json lacks', async () => {
    writeFileSync(configJsonPath, JSON.stringify({ apiEndpoint: 'https://cloud.test', apiKey: 'of-the-fleet' }));
    const { identity } = await open();
    expect(identity.current.uuid).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(readFileSync(configJsonPath, 'utf8'))).toMatchObject(identity.current);
  });

  it.each<[string, string | null, string]>([
    ['missing', null, 'CONFIG_JSON_MISSING'],
    ['empty', '', 'CONFIG_JSON_DAMAGED'],
    ['damaged', REGISTERED.slice(0, 30), 'CONFIG_JSON_DAMAGED'],
    ['without a usable apiEndpoint', '{"apiEndpoint":"cloud.test"}', 'CONFIG_JSON_UNUSABLE'],
    ['without a usable uuid', '{"uuid":"kitchen"}', 'CONFIG_JSON_IDENTITY_INVALID'],
  ])('does not start with a config.json that is %s, and writes nothing', async (_, content, code) => {
    if (content !== null) writeFileSync(configJsonPath, content);
    await expect(open()).rejects.toMatchObject({ code });
    expect(existsSync(configJsonPath) ? readFileSync(configJsonPath, 'utf8') : null).toBe(content);
  });

  it.each<[string, string | null]>([
    ['missing', null],
    ['empty', ''],
    ['damaged', REGISTERED.slice(0, 30)],
  ])('goes on as the same device when config.json is %s later, and puts it right', async (_, content) => {
    writeFileSync(configJsonPath, REGISTERED);
    await open();
    if (content === null) rmSync(configJsonPath);
    else writeFileSync(configJsonPath, content);
    const { identity, mode } = await open();
    expect(identity.current).toEqual({ uuid: UUID, deviceApiKey: 'device-key' });
    expect(mode.kind).toBe('managed');
    expect(readFileSync(configJsonPath, 'utf8')).toBe(REGISTERED);
    expect(lines.join('')).toContain('The last good content is in its place again');
    expect(lines.join('')).not.toContain('device-key');
  });

  it('follows the key of its registration, also after a power cut', async () => {
    writeFileSync(configJsonPath, JSON.stringify({ uuid: UUID, deviceApiKey: 'first', apiEndpoint: 'https://c.test' }));
    await (await open()).identity.register({ deviceId: 7, deviceApiKey: 'given', at: 1 });
    writeFileSync(configJsonPath, '');
    expect((await open()).identity.current.deviceApiKey).toBe('given');
    expect(statSync(join(directory, 'data/config.json.last-good')).mode & 0o077).toBe(0);
  });

  it.each(['absent', 'empty'])(
    'does not start while the boot partition is %s, whatever it knew before',
    async (how) => {
      writeFileSync(configJsonPath, REGISTERED);
      await open();
      rmSync(bootMount, { recursive: true });
      if (how === 'empty') mkdirSync(bootMount);
      await expect(open()).rejects.toMatchObject({ code: 'BOOT_PARTITION_MISSING' });
      expect(existsSync(configJsonPath)).toBe(false);
    },
  );
});

describe('on a machine that is no device', () => {
  it('makes up an identity, and keeps no copy of it', async () => {
    rmSync(bootMount, { recursive: true });
    const { identity, mode } = await open(false);
    expect(mode.kind).toBe('unmanaged');
    expect((await open(false)).identity.current).toEqual(identity.current);
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });
});
