import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginsHeader } from './logins-header.ts';
import { openRegistryLogins, type RegistryLogins } from './registry-logins.ts';

const HUB = 'https://index.docker.io/v1/';

let folder: string;
let warnings: string[];
let logins: RegistryLogins;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logins-'));
  warnings = [];
  const environment = { DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  logins = openRegistryLogins({ environment, warn: (sentence) => void warnings.push(sentence) });
});
afterEach(() => rm(folder, { recursive: true }));

async function configure(config: object | string): Promise<void> {
  await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
}

/** A credential helper; `$server` is the registry that it is asked for. */
async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\nread -r server\n${script}\n`);
  await chmod(path, 0o755);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a login in the configuration', () => {
  it.each([
    ['registry.local:5000', { 'registry.local:5000': { auth: base64('user:pass:word') } }],
    ['registry.local:5000', { 'https://registry.local:5000/v2/': { auth: base64('user:pass:word') } }],
    ['registry.local:5000', { 'registry.local:5000': { username: 'user', password: 'pass:word' } }],
    ['docker.io', { [HUB]: { auth: base64('user:pass:word') } }],
    ['registry-1.docker.io', { [HUB]: { auth: base64('user:pass:word') } }],
    ['docker.io', { 'index.docker.io': { auth: base64('user:pass:word\0') } }],
  ])('is found for %s in %j', async (registry, auths) => {
    await configure({ auths });
    expect(await logins.find(registry)).toEqual({ username: 'user', password: 'pass:word' });
  });

  it('may be a token', async () => {
    await configure({ auths: { a: { auth: base64('user:'), identitytoken: 'long' }, b: { registrytoken: 'short' } } });
    expect(await logins.find('a')).toEqual({ identityToken: 'long' });
    expect(await logins.find('b')).toEqual({ registryToken: 'short' });
  });

  it('is for its own registry alone', async () => {
    await configure({ auths: { 'registry.local': { auth: base64('user:word') }, 'other.local': {} } });
    for (const other of ['registry.local:5000', 'other.local', 'docker.io', 'toString']) {
      expect(await logins.find(other)).toBeNull();
    }
    expect(warnings).toEqual([]);
  });

  it('is read each time, so that one that is made meanwhile counts', async () => {
    expect(await logins.find('a')).toBeNull();
    await configure({ auths: { a: { auth: base64('user:word') } } });
    expect(await logins.find('a')).not.toBeNull();
  });
});

describe('a credential helper', () => {
  const GIVES = `echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"$0 $1\\",\\"Secret\\":\\"$server\\"}"`;

  it('is asked with the key of the registry, that of the registry before the one for all', async () => {
    await configure({ credsStore: 'all', credHelpers: { 'registry.local:5000': 'own' } });
    await helper('all', GIVES);
    await helper('own', GIVES);
    expect(await logins.find('registry.local:5000')).toEqual({
      username: `${join(folder, 'docker-credential-own')} get`,
      password: 'registry.local:5000',
    });
    expect(await logins.find('docker.io')).toEqual({
      username: `${join(folder, 'docker-credential-all')} get`,
      password: HUB,
    });
  });

  it('may give a token, or none', async () => {
    await configure({ credsStore: 'all', auths: { file: { auth: base64('user:word') } } });
    await helper(
      'all',
      `[ "$server" = token ] && echo '{"Username":"<token>","Secret":"long"}' && exit 0
echo 'credentials not found in native keychain'; exit 1`,
    );
    expect(await logins.find('token')).toEqual({ identityToken: 'long' });
    expect(await logins.find('none')).toBeNull();
    expect(await logins.find('file')).toEqual({ username: 'user', password: 'word' });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['echo the-secret; exit 3', 'docker-credential-all fails with exit code 3'],
    ['echo the-secret', 'docker-credential-all gives no login in the form that docker defines'],
    ['echo \'{"Secret":"the-secret"}\'', 'docker-credential-all gives no login in the form that docker defines'],
  ])('that does %s is reported once, without its output', async (script, reason) => {
    await configure({ credsStore: 'all' });
    await helper('all', script);
    expect(await logins.find('a')).toBeNull();
    expect(await logins.find('b')).toBeNull();
    expect(warnings).toEqual([`logins of ${join(folder, 'config.json')} are not used: ${reason}`]);
  });
});

it.each(['{"auths": {"a": {"auth": the-secret', '{"auths": {"a": {"auth": 7, "password": "the-secret"}}}', '[]'])(
  'reports a configuration such as %s without its contents',
  async (text) => {
    await configure(text);
    expect(await logins.find('a')).toBeNull();
    expect(warnings).toEqual([
      `logins of ${join(folder, 'config.json')} are not used: the file is not a configuration of docker`,
    ]);
  },
);

describe('the header for the classic builder', () => {
  const decoded = (header: Readonly<Record<string, string>>): unknown =>
    JSON.parse(Buffer.from(header['X-Registry-Config'] ?? '', 'base64url').toString());

  it('has the logins of the registries that a build names, and of Docker Hub', async () => {
    await configure({
      auths: {
        [HUB]: { auth: base64('hub:word') },
        'registry.local:5000': { identitytoken: 'long' },
        'other.local': { auth: base64('other:word') },
      },
    });
    expect(decoded(await loginsHeader(logins, ['FROM registry.local:5000/base']))).toEqual({
      [HUB]: { username: 'hub', password: 'word', serveraddress: HUB },
      'registry.local:5000': { identitytoken: 'long', serveraddress: 'registry.local:5000' },
    });
  });

  it('asks the helper for the registries that it knows', async () => {
    await configure({ credsStore: 'all' });
    await helper(
      'all',
      `[ "$1" = list ] && echo '{"https://registry.local":"user"}' && exit 0
echo '{"Username":"user","Secret":"word"}'`,
    );
    expect(decoded(await loginsHeader(logins, ['registry.local']))).toEqual({
      'registry.local': { username: 'user', password: 'word', serveraddress: 'registry.local' },
    });
  });

  it('is left out without any', async () => {
    expect(await loginsHeader(logins, ['FROM registry.local/base'])).toEqual({});
  });
});
