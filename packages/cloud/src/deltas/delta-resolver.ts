import { canonicalReference } from '@device-supervisor/compose';
import type { Clock, Delta, DeltaQuestion, DeltaResolver, DeviceSettings } from '@device-supervisor/device';
import * as z from 'zod';
import { DeltaUnauthorizedError } from '../errors.ts';

export interface DeltaResolverOptions {
  /** Of the cloud, which gives out tokens for its registry. */
  readonly apiEndpoint: string;
  /** Of the service that makes deltas. */
  readonly deltaEndpoint: string;
  /** The cloud's registry, as references name it; there are no deltas for images of others. */
  readonly registry: string;
  /** The device, to the cloud; a secret. */
  readonly login: { readonly username: string; readonly password: string };
  readonly clock: Clock;
  /** As the device is configured when it is asked: how long to wait, and how often. */
  readonly settings: () => DeltaSettings;
}

/** `deltaRetryCount`: how often a request is repeated that the service cannot answer yet. */
export type DeltaSettings = Pick<DeviceSettings, 'deltaRequestTimeout' | 'deltaRetryCount' | 'deltaRetryInterval'>;

const TokenAnswer = z.object({ token: z.string().min(1) });
const DeltaAnswer = z.object({ name: z.string().min(1) });

/**
 * Deltas of version 3: an image of its own, which an engine that knows deltas puts together with the source. A delta is
 * made when it is first asked for, which takes minutes: as long as the service is busy (5xx) or cannot be reached, it is
 * asked again. Any refusal but 401, and patience that has come to its end, mean that the image is fetched whole.
 *
 * @throws {DeltaUnauthorizedError} from `resolve`, when the cloud does not know the device
 */
export function createDeltaResolver(options: DeltaResolverOptions): DeltaResolver {
  const { apiEndpoint, deltaEndpoint, registry, login, clock, settings } = options;

  return {
    async resolve(question) {
      const repositories = [question.destination, question.source].map(repositoryIn(registry));
      if (repositories.some((repository) => repository === null)) return null;
      const { deltaRetryCount, deltaRetryInterval } = settings();
      for (let retries = 0; retries <= deltaRetryCount; retries++) {
        if (retries > 0) await wait(clock, deltaRetryInterval, question.signal);
        const answer = await ask(question, repositories.map(String));
        if (answer !== 'busy') return answer;
      }
      return null;
    },
  };

  async function ask(question: DeltaQuestion, repositories: readonly string[]): Promise<Delta | null | 'busy'> {
    const { source, destination, signal } = question;
    const token = await get(tokenUrl(repositories), { authorization: basic(), schema: TokenAnswer, signal });
    if (token === 401) throw new DeltaUnauthorizedError(destination);
    if (token === 'busy' || typeof token === 'number') return token === 'busy' ? token : null;
    const url = new URL(`${withoutSlash(deltaEndpoint)}/api/v3/delta`);
    url.searchParams.set('src', source);
    url.searchParams.set('dest', destination);
    const delta = await get(url, { authorization: `Bearer ${token.token}`, schema: DeltaAnswer, signal });
    if (delta === 401) throw new DeltaUnauthorizedError(destination);
    if (delta === 'busy' || typeof delta === 'number') return delta === 'busy' ? delta : null;
    // The token opens the cloud's registry, and no other gets to see it.
    if (repositoryIn(registry)(delta.name) === null) return null;
    return { reference: delta.name, auth: { registryToken: token.token } };
  }

  function tokenUrl(repositories: readonly string[]): URL {
    const url = new URL(`${withoutSlash(apiEndpoint)}/auth/v1/token`);
    url.searchParams.set('service', registry);
    for (const repository of repositories) url.searchParams.append('scope', `repository:${repository}:pull`);
    return url;
  }

  function basic(): string {
    return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  }

  /** @returns what is answered, the status of a refusal, or `busy` */
  async function get<Answer>(
    url: URL,
    { authorization, schema, signal }: { authorization: string; schema: z.ZodType<Answer>; signal: AbortSignal },
  ): Promise<Answer | number | 'busy'> {
    signal.throwIfAborted();
    const limit = AbortSignal.timeout(settings().deltaRequestTimeout);
    try {
      const response = await fetch(url, {
        headers: { authorization },
        redirect: 'error',
        signal: AbortSignal.any([signal, limit]),
      });
      const body: unknown = await response.json().catch(() => null);
      if (response.status >= 500) return 'busy';
      if (!response.ok) return response.status;
      // What is not what was agreed on is as good as a refusal.
      return schema.safeParse(body).data ?? response.status;
    } catch (error) {
      if (signal.aborted) throw error;
      return 'busy';
    }
  }
}

/** The repository of a reference; `null`: it is in another registry. */
function repositoryIn(registry: string): (reference: string) => string | null {
  return (reference) => {
    const canonical = canonicalReference(reference);
    if (!canonical.startsWith(`${registry}/`)) return null;
    const path = canonical.slice(registry.length + 1).split('@')[0] ?? '';
    return path.replace(/:[^/]*$/, '');
  };
}

function withoutSlash(endpoint: string): string {
  return endpoint.replace(/\/+$/, '');
}

/** Resolves after so many milliseconds, or rejects with the signal's reason. */
async function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  using _timer = clock.schedule(milliseconds, resolve);
  await promise.finally(() => signal.removeEventListener('abort', giveUp));
}
