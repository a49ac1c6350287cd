import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import type { RegistryAccess } from './start-registry.ts';

/** Gives out tokens for registries, to one user. Disposing of it ends it. */
export interface TokenServer extends AsyncDisposable {
  /** For the registry that trusts it. */
  readonly access: RegistryAccess;
  /** Query and header `Authorization` of every request since the last look. */
  take(): readonly TokenRequest[];
}

export interface TokenRequest {
  readonly scopes: readonly string[];
  readonly authorization: string | undefined;
}

const SERVICE = 'test registry';
const ISSUER = 'test issuer';
/** Seconds. */
const LIFETIME = 300;

export async function startTokenServer(user: {
  readonly username: string;
  readonly password: string;
}): Promise<TokenServer> {
  const { key, certificate } = await createSigner();
  const requests: TokenRequest[] = [];
  const welcome = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const scopes = scopesOf(request);
    const { authorization } = request.headers;
    requests.push({ scopes, authorization });
    if (authorization !== undefined && authorization !== welcome) {
      response.writeHead(401).end();
      return;
    }
    // Who does not say who it is gets a token that opens nothing.
    const token = createToken(key, authorization === undefined ? [] : scopes);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    access: { kind: 'token', realm: `http://127.0.0.1:${port}/token`, service: SERVICE, issuer: ISSUER, certificate },
    take: () => requests.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function scopesOf({ url = '/' }: IncomingMessage): readonly string[] {
  return new URL(url, 'http://token').searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
}

async function createSigner(): Promise<{ readonly key: KeyObject; readonly certificate: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'token-server-'));
  try {
    const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test';
    const files = ['-keyout', keyFile, '-out', certificateFile];
    await createCommandRunner(process.env).run('openssl', [...request.split(' '), ...files]);
    return {
      key: createPrivateKey(await readFile(keyFile)),
      certificate: await readFile(certificateFile, 'utf8'),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A token as the distribution project's specification of registry tokens has it. */
function createToken(key: KeyObject, scopes: readonly string[]): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions = ''] = scope.split(':');
    return { type, name, actions: actions.split(',') };
  });
  const header = { typ: 'JWT', alg: 'ES256', kid: keyId(key) };
  const payload = {
    iss: ISSUER,
    sub: 'test',
    aud: SERVICE,
    iat: now,
    nbf: now - 5,
    exp: now + LIFETIME,
    jti: randomUUID(),
    access,
  };
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** How registries name a key: twelve groups of four letters, from the first 240 bits of its public part's hash. */
function keyId(key: KeyObject): string {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const hash = createHash('sha256').update(spki).digest().subarray(0, 30);
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits.match(/.{5}/g) ?? []).map((group) => BASE32.charAt(Number.parseInt(group, 2))).join('');
  return (letters.match(/.{4}/g) ?? []).join(':');
}
