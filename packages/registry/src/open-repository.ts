import type { RegistryAuth } from '@device-supervisor/device';
import { parseChallenge, type Challenge } from './challenge.ts';
import { RegistryAnswerError, RegistryUnauthorizedError, RegistryUnreachableError } from './errors.ts';
import { httpGet, type HttpAccess, type HttpAnswer } from './http-get.ts';
import type { ImageReference } from './image-reference.ts';
import type { Origin } from './registry-origins.ts';
import { basicHeader, reasonOf, requestToken } from './request-token.ts';

/** A repository of a registry, for the few requests that one question takes. */
export interface Repository {
  /**
   * Fetches what is below the repository, e.g. `manifests/latest`, wherever the registry keeps it.
   *
   * @returns `null`: the registry does not have it
   */
  get(path: string, options: GetOptions): Promise<HttpAnswer | null>;
}

export interface GetOptions {
  /** Media types. */
  readonly accept?: readonly string[];
  /** Bytes. */
  readonly limit: number;
}

export interface RepositoryOptions {
  readonly reference: ImageReference;
  readonly origin: Origin;
  /** `null`: anonymous. */
  readonly auth: RegistryAuth | null;
  readonly access: HttpAccess;
}

interface FollowedAnswer {
  readonly answer: HttpAnswer;
  /** Whether the registry itself gave it, and nothing but the registry led there. */
  readonly isOwn: boolean;
}

/** Registries keep blobs elsewhere, and few more than one step away. */
const REDIRECTS = 3;

export function openRepository({ reference, origin, auth, access }: RepositoryOptions): Repository {
  const { registry, repository } = reference;
  const credentials = origin.takesCredentials ? auth : null;
  /** The registry's last challenge; `null`: none so far. */
  let authorization =
    credentials !== null && 'registryToken' in credentials ? `Bearer ${credentials.registryToken}` : null;

  return {
    async get(path, options) {
      const url = new URL(`${origin.url}/v2/${repository}/${path}`);
      let { answer, isOwn } = await follow(url, options);
      // Only the registry itself says where its tokens come from: the target of a redirect gets no credentials.
      if (answer.status === 401 && isOwn) {
        authorization = await authorize(parseChallenge(answer.headers['www-authenticate']));
        ({ answer, isOwn } = await follow(url, options));
      }
      switch (answer.status) {
        case 200:
          return answer;
        case 401:
        case 403:
          throw new RegistryUnauthorizedError(registry, repository, `status ${answer.status}`);
        case 404:
          return null;
        default:
          throw new RegistryAnswerError(registry, `status ${answer.status} for ${path}`);
      }
    },
  };

  async function authorize(challenge: Challenge | null): Promise<string> {
    if (challenge?.scheme === 'bearer') {
      const { isInsecure } = origin;
      const token = await requestToken({ challenge, auth: credentials, registry, repository, isInsecure, access });
      return `Bearer ${token}`;
    }
    if (challenge?.scheme === 'basic' && credentials !== null && 'password' in credentials)
      return basicHeader(credentials);
    const wanted = challenge === null ? 'it does not say what it wants to see' : 'it wants a name and a password';
    throw new RegistryUnauthorizedError(registry, repository, wanted);
  }

  /** Sends credentials only to the registry itself, and not where another server led back to it: a link has its own proof. */
  async function follow(start: URL, { accept = [], limit }: GetOptions): Promise<FollowedAnswer> {
    let url = start;
    let isOwn = true;
    for (let step = 0; step <= REDIRECTS; step++) {
      const headers = {
        ...(accept.length === 0 ? {} : { accept: accept.join(', ') }),
        ...(authorization !== null && isOwn ? { authorization } : {}),
      };
      const answer = await ask(url, { headers, limit });
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status >= 400 || location === undefined) {
        return { answer, isOwn };
      }
      const next = URL.parse(location, url.href);
      if (next === null || !(next.protocol === 'https:' || (next.protocol === 'http:' && origin.isInsecure))) {
        throw new RegistryAnswerError(registry, 'it redirects to an address without TLS');
      }
      url = next;
      isOwn &&= url.origin === start.origin;
    }
    throw new RegistryAnswerError(registry, `it redirects more than ${REDIRECTS} times`);
  }

  async function ask(
    url: URL,
    { headers, limit }: { readonly headers: Readonly<Record<string, string>>; readonly limit: number },
  ): Promise<HttpAnswer> {
    try {
      return await httpGet({ url, headers, verifyTls: !origin.isInsecure, access, limit });
    } catch (error) {
      if (error instanceof RangeError) throw new RegistryAnswerError(registry, error.message, error);
      throw new RegistryUnreachableError(registry, reasonOf(error), error);
    }
  }
}
