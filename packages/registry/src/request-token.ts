import type { RegistryAuth } from '@device-supervisor/device';
import * as z from 'zod';
import type { Challenge } from './challenge.ts';
import { RegistryAnswerError, RegistryUnauthorizedError, RegistryUnreachableError } from './errors.ts';
import { httpGet, type HttpAccess } from './http-get.ts';

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { scheme: 'bearer' }>;
  /** `null`: anonymous. */
  readonly auth: RegistryAuth | null;
  readonly registry: string;
  readonly repository: string;
  /** Whether the registry, and so its token server, may be reached without TLS. */
  readonly isInsecure: boolean;
  readonly access: HttpAccess;
}

const LONGEST_ANSWER = 256 * 1024;
/** Client id, for token servers that exchange a refresh token. */
const CLIENT_ID = 'device-supervisor';

const TokenAnswer = z
  .object({ token: z.string().min(1), access_token: z.string().min(1) })
  .partial()
  .transform(({ token, access_token }) => token ?? access_token);

/** Requests a token for a repository from the registry's token server. */
export async function requestToken(request: TokenRequest): Promise<string> {
  const { challenge, registry, repository, isInsecure, access } = request;
  const realm = new URL(challenge.realm);
  if (realm.protocol !== 'https:' && !(isInsecure && realm.protocol === 'http:')) {
    throw new RegistryAnswerError(registry, `its tokens come from ${realm.origin}, without TLS`);
  }
  const answer = await httpGet({
    ...questionOf(realm, request),
    verifyTls: !isInsecure,
    access,
    limit: LONGEST_ANSWER,
  }).catch((error: unknown) => {
    throw new RegistryUnreachableError(registry, `${realm.host}, its token server: ${reasonOf(error)}`, error);
  });
  const { status, body } = answer;
  if (status === 401 || status === 403) {
    throw new RegistryUnauthorizedError(registry, repository, `${realm.host} gives no token (status ${status})`);
  }
  if (status !== 200)
    throw new RegistryAnswerError(registry, `${realm.host} answers with status ${status}, not a token`);
  const token = TokenAnswer.safeParse(parseJson(body)).data;
  if (token === undefined) throw new RegistryAnswerError(registry, `what ${realm.host} answers holds no token`);
  return token;
}

function questionOf(
  realm: URL,
  { challenge, auth }: TokenRequest,
): Pick<Parameters<typeof httpGet>[0], 'url' | 'form' | 'headers'> {
  if (auth !== null && 'identityToken' in auth) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: auth.identityToken,
      client_id: CLIENT_ID,
      service: challenge.service,
      scope: challenge.scope,
    });
    return { url: realm, form };
  }
  const url = new URL(realm);
  if (challenge.service !== '') url.searchParams.set('service', challenge.service);
  if (challenge.scope !== '') url.searchParams.set('scope', challenge.scope);
  return { url, headers: auth !== null && 'password' in auth ? { authorization: basicHeader(auth) } : {} };
}

export function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** `undefined`: it is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
