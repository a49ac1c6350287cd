import { canonicalReference } from '@device-supervisor/compose';
import type { Clock, Delta, DeltaQuestion, DeltaResolver, DeviceSettings } from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import * as z from 'zod';
import { DeltaUnauthorizedError } from '../errors.ts';
import { createCloudHttp, type CloudAnswer, type CloudHttpOptions } from '../http/cloud-http.ts';

export interface DeltaResolverOptions {
  /** Of the cloud, which gives out tokens for its registry. */
  readonly apiEndpoint: string;
  /** Of the service that makes deltas. */
  readonly deltaEndpoint: string;
  /** The cloud's registry, as references name it; there are no deltas for images of others. */
  readonly registry: string;
  /** The device, to the cloud; a secret. */
  readonly login: { readonly username: string; readonly password: string };
  /** How both are spoken to. */
  readonly access: Pick<CloudHttpOptions, 'userAgent' | 'rootCertificate' | 'lookup'>;
  readonly clock: Clock;
  /** As the device is configured when it is asked: how long to wait, and how often. */
  readonly settings: () => DeltaSettings;
  /** Tells the people who watch the device, in one sentence without secrets. */
  readonly say: (message: string) => void;
}

/** `deltaRetryCount`: how often a request is repeated that the service cannot answer yet. */
export type DeltaSettings = Pick<
  DeviceSettings,
  'deltaRequestTimeout' | 'deltaApplyTimeout' | 'deltaRetryCount' | 'deltaRetryInterval'
>;

/** The result of one attempt: a delta, or why there is none, now or at all. */
type Outcome =
  | { readonly kind: 'found'; readonly delta: Delta }
  | { readonly kind: 'busy' | 'refused'; readonly reason: string };

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
  const { apiEndpoint, deltaEndpoint, registry, login, access, clock, settings, say } = options;

  return {
    async resolve(question) {
      const repositories = [question.destination, question.source].map(repositoryIn(registry));
      if (repositories.some((repository) => repository === null)) return null;
      const { deltaRetryCount, deltaRetryInterval } = settings();
      const subject = `delta to image '${question.destination}'`;
      let last = '';
      for (let retries = 0; retries <= deltaRetryCount; retries++) {
        if (retries === 1) say(`No ${subject} yet, asking again every ${deltaRetryInterval / 1000} s: ${last}`);
        if (retries > 0) await wait(clock, deltaRetryInterval, question.signal);
        const outcome = await ask(question, repositories.map(String));
        if (outcome.kind === 'found') return outcome.delta;
        last = outcome.reason;
        if (outcome.kind === 'refused') break;
      }
      say(`No ${subject}, it is downloaded whole: ${last}`);
      return null;
    },
  };

  async function ask(question: DeltaQuestion, repositories: readonly string[]): Promise<Outcome> {
    const { source, destination, signal } = question;
    const query = new URLSearchParams({ service: registry });
    for (const repository of repositories) query.append('scope', `repository:${repository}:pull`);
    const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const token = await get(apiEndpoint, `/auth/v1/token?${query.toString()}`, { authorization: basic, signal });
    const granted = read('the cloud', token, { schema: TokenAnswer, destination });
    if (granted.kind !== 'read') return granted;
    const key = granted.content.token;
    const images = new URLSearchParams({ src: source, dest: destination });
    const path = `/api/v3/delta?${images.toString()}`;
    const answer = await get(deltaEndpoint, path, { authorization: `Bearer ${key}`, signal });
    const delta = read('the service for deltas', answer, { schema: DeltaAnswer, destination });
    if (delta.kind !== 'read') return delta;
    const { name: reference } = delta.content;
    // The token opens the cloud's registry, and no other gets to see it.
    if (repositoryIn(registry)(reference) === null) {
      return { kind: 'refused', reason: `it is in another registry than ${registry}` };
    }
    const { deltaApplyTimeout } = settings();
    const timeout = deltaApplyTimeout === 0 ? null : deltaApplyTimeout;
    return { kind: 'found', delta: { reference, auth: { registryToken: key }, timeout } };
  }

  /** @returns why there is no answer, if there is none */
  async function get(
    endpoint: string,
    path: string,
    { authorization, signal }: { readonly authorization: string; readonly signal: AbortSignal },
  ): Promise<CloudAnswer | string> {
    using http = createCloudHttp({ endpoint, ...access, timeout: () => settings().deltaRequestTimeout });
    try {
      return await http.request({ method: 'GET', path, key: null, headers: { authorization }, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      return formatError(error);
    }
  }
}

/** The negotiated protocol, or an error. @param server for messages */
function read<Content>(
  server: string,
  answer: CloudAnswer | string,
  { schema, destination }: { readonly schema: z.ZodType<Content>; readonly destination: string },
): { readonly kind: 'read'; readonly content: Content } | Extract<Outcome, { reason: string }> {
  if (typeof answer === 'string') return { kind: 'busy', reason: answer };
  const { status, body } = answer;
  if (status === 401) throw new DeltaUnauthorizedError(destination);
  if (status < 200 || status > 299) {
    return { kind: status >= 500 ? 'busy' : 'refused', reason: `${server} answered with status ${status}` };
  }
  const { data: content } = schema.safeParse(parseJson(body));
  return content === undefined
    ? { kind: 'refused', reason: `the answer of ${server} does not follow the protocol` }
    : { kind: 'read', content };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
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

/** Resolves after so many milliseconds, or rejects with the signal's reason. */
async function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  using _timer = clock.schedule(milliseconds, resolve);
  await promise.finally(() => signal.removeEventListener('abort', giveUp));
}
