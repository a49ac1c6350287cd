import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFaultyFileSystem } from '@device-supervisor/durable-file/testing';
import {
  ConfigJsonDamagedError,
  ConfigJsonIdentityError,
  ConfigJsonPatchError,
  ConfigJsonReadError,
  openConfigJson,
  type ConfigJsonFile,
} from './index.ts';

const UUID = '0123456789abcdef0123456789abcdef';
const SECRET = 's3cr3t-device-key';

let directory: string;
let path: string;
let file: ConfigJsonFile;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-json-'));
  path = join(directory, 'config.json');
  file = openConfigJson({ path });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const content = (): string => readFileSync(path, 'utf8');

describe('read', () => {
  it('reads the file each time', async () => {
    writeFileSync(path, '{"hostname":"one"}');
    expect(await file.read()).toEqual({ config: { hostname: 'one' }, problems: [] });
    writeFileSync(path, '{"hostname":"two"}');
    expect(await file.read()).toEqual({ config: { hostname: 'two' }, problems: [] });
  });

  it('finds nothing in a file that is not there, and does not make it', async () => {
    expect(await file.read()).toEqual({ config: {}, problems: [] });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('reads a file that begins with a byte order mark', async () => {
    writeFileSync(path, '\ufeff{"hostname":"one"}');
    expect((await file.read()).config).toEqual({ hostname: 'one' });
  });

  it('fails when the path is no file', async () => {
    mkdirSync(path);
    await expect(file.read()).rejects.toBeInstanceOf(ConfigJsonReadError);
    await expect(file.update({ hostname: 'new' })).rejects.toMatchObject({ details: { path, systemCode: 'EISDIR' } });
  });
});

describe('update', () => {
  const pretty = `{\n  "zebra": [1, 2],\n  "hostname": "old",\n  "big": 12345678901234567890,\n  "os": {\n    "sshKeys": [],\n    "power": { "foreign": true }\n  },\n  "1": 1.0\n}\n`;

  it('changes nothing but the values, whatever the format and order of the rest', async () => {
    writeFileSync(path, pretty);
    expect(await file.update({ hostname: 'new', os: { power: { mode: 'high' } } })).toEqual([
      'hostname',
      'os.power.mode',
    ]);
    expect(content()).toBe(
      pretty
        .replace('"old"', '"new"')
        .replace('{ "foreign": true }', '{\n      "foreign": true,\n      "mode": "high"\n    }'),
    );
  });

  it('adds new keys at the end, with the objects that they need', async () => {
    writeFileSync(path, '{"foreign":true}');
    await file.update({ deviceId: 7, os: { fan: { profile: 'quiet' }, power: { mode: 'low' } } });
    expect(JSON.parse(content())).toEqual({
      foreign: true,
      deviceId: 7,
      os: { fan: { profile: 'quiet' }, power: { mode: 'low' } },
    });
    expect(content()).toMatch(/^\{"foreign":true,/);
  });

  it('removes a key', async () => {
    writeFileSync(path, `{\n  "a": 1,\n  "hostname": "old",\n  "os": { "power": { "mode": "low" } }\n}\n`);
    expect(await file.update({ hostname: null, deviceId: null, os: { power: { mode: null } } })).toEqual([
      'hostname',
      'os.power.mode',
    ]);
    expect(JSON.parse(content())).toEqual({ a: 1, os: { power: {} } });
  });

  it.each([
    ['the same values', '{"hostname":"same","listenPort":80,"os":{"network":{"wifi":{"a":[1]}}}}'],
    ['values that mean the same', '{"hostname":"same","listenPort":"80","os":{"network":{"wifi":{"a":[1]}},"x":1}}'],
  ])('writes nothing when the file has %s', async (_, text) => {
    writeFileSync(path, text);
    const before = statSync(path);
    const patch = { hostname: 'same', listenPort: 80, deviceId: null, os: { network: { wifi: { a: [1] } } } };
    expect(await file.update(patch)).toEqual([]);
    expect(statSync(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(content()).toBe(text);
  });

  it('replaces an unusable value on the way to a key', async () => {
    writeFileSync(path, '{"os":"nonsense","listenPort":"http","z":0}');
    await file.update({ listenPort: 80, os: { power: { mode: 'low' } } });
    expect(content()).toBe('{"os":{"power":{"mode":"low"}},"listenPort":80,"z":0}');
  });

  it('changes the value that counts of a key that stands twice', async () => {
    writeFileSync(path, '{"hostname":"one","z":0,"hostname":"two"}');
    expect(await file.update({ hostname: 'three' })).toEqual(['hostname']);
    expect((await file.read()).config).toEqual({ hostname: 'three' });
    expect(JSON.parse(content())).toEqual({ hostname: 'three', z: 0 });
  });

  it('keeps a key named __proto__', async () => {
    writeFileSync(path, '{"__proto__":{"a":1},"hostname":"old"}');
    await file.update({ hostname: 'new' });
    expect(content()).toBe('{"__proto__":{"a":1},"hostname":"new"}');
  });

  it('makes the file, for its owner alone, and its directory', async () => {
    path = join(directory, 'boot/firmware/config.json');
    file = openConfigJson({ path });
    await file.update({ hostname: 'new', deviceId: 1 });
    expect(content()).toBe('{\n  "hostname": "new",\n  "deviceId": 1\n}\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, 'boot/firmware'))).toEqual(['config.json']);
  });

  it.runIf(process.geteuid?.() === 0)('keeps the mode and the owner', async () => {
    writeFileSync(path, '{}');
    chownSync(path, 65534, 1234);
    chmodSync(path, 0o640);
    await file.update({ hostname: 'new' });
    const { uid, gid, mode } = statSync(path);
    expect([uid, gid, mode & 0o7777]).toEqual([65534, 1234, 0o640]);
  });

  it('replaces the file that a link leads to, not the link', async () => {
    mkdirSync(join(directory, 'real'));
    writeFileSync(join(directory, 'real/file.json'), '{}');
    symlinkSync('real/file.json', path);
    await file.update({ hostname: 'new' });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(join(directory, 'real/file.json'), 'utf8'))).toEqual({ hostname: 'new' });
    expect(readdirSync(join(directory, 'real'))).toEqual(['file.json']);
  });

  it('loses none of many updates at once', async () => {
    const patches = [
      { hostname: 'a' },
      { deviceId: 1 },
      { listenPort: 1 },
      { os: { power: { mode: 'x' } } },
      { hostname: 'b' },
    ];
    await Promise.all(patches.map((patch) => file.update(patch)));
    expect((await file.read()).config).toEqual({
      hostname: 'b',
      deviceId: 1,
      listenPort: 1,
      os: { power: { mode: 'x' } },
    });
  });

  it('goes on after an update that failed', async () => {
    const failed = file.update({ hostname: 'not a hostname' });
    const next = file.update({ hostname: 'a-hostname' });
    await expect(failed).rejects.toBeInstanceOf(ConfigJsonPatchError);
    expect(await next).toEqual(['hostname']);
  });

  it('refuses values that the file must not have, without quoting them', async () => {
    writeFileSync(path, '{"hostname":"old"}');
    const error: unknown = await file
      .update({ hostname: 'new', deviceApiKey: `${SECRET}\n`, listenPort: 0, os: { power: { mode: 'low' } } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigJsonPatchError);
    expect(error).toMatchObject({
      message:
        'config.json cannot be set as asked: deviceApiKey must be printable characters without spaces; listenPort must be a whole number from 1 to 65535',
    });
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(content()).toBe('{"hostname":"old"}');
  });
});

describe('a damaged file', () => {
  it.each<[string, string | Uint8Array, { damage: string; position: object | null }]>([
    [
      'cut short',
      `{"deviceApiKey":"${SECRET}",\n "hostname":"x`,
      { damage: 'invalid-json', position: { line: 2, column: 13 } },
    ],
    ['with a stray word', `{"deviceApiKey":${SECRET}}`, { damage: 'invalid-json', position: { line: 1, column: 17 } }],
    ['with a comment', '{} // yes', { damage: 'invalid-json', position: { line: 1, column: 4 } }],
    ['empty', '', { damage: 'empty', position: null }],
    ['blank', ' \n', { damage: 'empty', position: null }],
    ['zeroed', new Uint8Array(16), { damage: 'invalid-json', position: { line: 1, column: 1 } }],
    ['binary', new Uint8Array([0x7b, 0xff, 0x7d]), { damage: 'not-utf8', position: null }],
    ['that is a list', '[1]', { damage: 'not-an-object', position: null }],
    ['that is null', 'null', { damage: 'not-an-object', position: null }],
  ])('%s is reported without its content, kept aside and left alone', async (_, bytes, expected) => {
    writeFileSync(path, bytes);
    chmodSync(path, 0o640);
    const copy = `${path}.damaged-1`;
    for (const attempt of [() => file.read(), () => file.update({ hostname: 'new' }), () => file.ensureIdentity()]) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigJsonDamagedError);
      expect(error).toMatchObject({
        code: 'CONFIG_JSON_DAMAGED',
        details: { path, copy, ...expected },
        hint: `Repair it by hand; a copy was kept as ${copy}`,
      });
      expect(`${formatError(error)}${JSON.stringify(error)}`).not.toContain('s3cr3t');
    }
    expect(readFileSync(path)).toEqual(Buffer.from(bytes));
    expect(readFileSync(copy)).toEqual(Buffer.from(bytes));
    expect(statSync(copy).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory)).toEqual(['config.json', 'config.json.damaged-1']);
  });

  it('is kept aside once per content, and not without end', async () => {
    const damage = async (text: string): Promise<unknown> => {
      writeFileSync(path, text);
      const results = await Promise.allSettled([file.read(), file.read()]);
      return results.map((result) => {
        const reason: unknown = result.status === 'rejected' ? result.reason : null;
        return reason instanceof ConfigJsonDamagedError ? reason.details.copy : result;
      });
    };
    for (let number = 1; number <= 5; number++) {
      const copy = `${path}.damaged-${number}`;
      expect(await damage('{'.repeat(number))).toEqual([copy, copy]);
    }
    expect(await damage('[')).toEqual([null, null]);
    expect(await damage('{{')).toEqual([`${path}.damaged-2`, `${path}.damaged-2`]);
    expect(readdirSync(directory)).toHaveLength(6);
  });

  it('is reported also when it cannot be kept aside', async () => {
    writeFileSync(path, '{');
    for (let at = 2; ; at++) {
      const { fileSystem, calls } = createFaultyFileSystem({ fault: { at, kind: 'error' } });
      const error: unknown = await openConfigJson({ path, fileSystem })
        .read()
        .catch((thrown: unknown) => thrown);
      if (calls.length < at) break;
      expect([calls[at - 1], error]).toEqual([calls[at - 1], expect.any(ConfigJsonDamagedError)]);
      expect(error).toMatchObject({ details: { copy: null }, hint: 'Repair it by hand' });
      expect([calls[at - 1], readdirSync(directory)]).toEqual([calls[at - 1], ['config.json']]);
    }
    expect(readdirSync(directory)).toEqual(['config.json', 'config.json.damaged-1']);
  });

  it('is used again once it is repaired', async () => {
    writeFileSync(path, '{');
    await expect(file.read()).rejects.toBeInstanceOf(ConfigJsonDamagedError);
    writeFileSync(path, '{}');
    expect(await file.update({ hostname: 'new' })).toEqual(['hostname']);
  });
});

describe('ensureIdentity', () => {
  it('makes up what is missing, once', async () => {
    writeFileSync(path, '{"apiEndpoint":"https://api.example.com","uuid":""}');
    const [first, second] = await Promise.all([file.ensureIdentity(), file.ensureIdentity()]);
    expect(first.uuid).toMatch(/^[0-9a-f]{32}$/);
    expect(first.deviceApiKey).toMatch(/^[0-9a-f]{32}$/);
    expect(first.deviceApiKey).not.toBe(first.uuid);
    expect(second).toEqual(first);
    expect(await openConfigJson({ path }).ensureIdentity()).toEqual(first);
    expect(JSON.parse(content())).toEqual({ apiEndpoint: 'https://api.example.com', ...first });
  });

  it('differs between devices', async () => {
    const other = openConfigJson({ path: join(directory, 'other.json') });
    expect((await file.ensureIdentity()).uuid).not.toBe((await other.ensureIdentity()).uuid);
  });

  it('keeps what is there', async () => {
    const text = `{"deviceApiKey":"${SECRET}","uuid":"${UUID}"}`;
    writeFileSync(path, text);
    expect(await file.ensureIdentity()).toEqual({ uuid: UUID, deviceApiKey: SECRET });
    expect(content()).toBe(text);
  });

  it.each(['not-hex', '12', 12, { secret: SECRET }])('does not replace a uuid that it cannot use: %j', async (uuid) => {
    const text = JSON.stringify({ uuid });
    writeFileSync(path, text);
    const error: unknown = await file.ensureIdentity().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigJsonIdentityError);
    expect(formatError(error)).toContain(`${path} is unusable: uuid must be`);
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(content()).toBe(text);
  });
});
