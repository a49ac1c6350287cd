import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';

/** A key, and a certificate of itself: for `localhost` and `127.0.0.1`, or for the host that is named. */
export interface SelfSigned {
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
}

export async function createSelfSigned(host = 'localhost'): Promise<SelfSigned> {
  const directory = await mkdtemp(join(tmpdir(), 'self-signed-'));
  try {
    const [keyFile, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=${host}`;
    const names = `subjectAltName=DNS:${host}${host === 'localhost' ? ',IP:127.0.0.1' : ''}`;
    const files = ['-keyout', keyFile, '-out', certificateFile];
    await createCommandRunner(process.env).run('openssl', [...request.split(' '), '-addext', names, ...files]);
    return {
      key: createPrivateKey(await readFile(keyFile)),
      certificate: await readFile(certificateFile, 'utf8'),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

export interface TokenClaims {
  readonly issuer: string;
  readonly subject: string;
  /** Of the registry. */
  readonly service: string;
  /** e.g. `repository:web:pull,push`; what they name is opened. */
  readonly scopes: readonly string[];
}

/** Seconds. */
const LIFETIME = 300;

/** A token as the distribution project's specification of registry tokens has it. */
export function createRegistryToken(key: KeyObject, { issuer, subject, service, scopes }: TokenClaims): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type, name, actions = ''] = scope.split(':');
    return { type, name, actions: actions.split(',') };
  });
  const header = { typ: 'JWT', alg: 'ES256', kid: keyId(key) };
  const payload = {
    iss: issuer,
    sub: subject,
    aud: service,
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
