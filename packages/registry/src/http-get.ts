import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions as HttpsRequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

/** How servers are reached. */
export interface HttpAccess {
  /** Milliseconds until an answer must be complete. */
  readonly timeout: number;
  /** PEM of an authority that is trusted besides those of Node.js. */
  readonly rootCertificate?: string;
  /** In the place of the system's, e.g. for names that end in `.local`. */
  readonly lookup?: LookupFunction;
}

export interface HttpQuestion {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with POST; without it, the request is a GET. */
  readonly form?: URLSearchParams;
  /** Whether a server's certificate must be one that is trusted. */
  readonly verifyTls: boolean;
  readonly access: HttpAccess;
  /** Bytes of the longest answer that is taken. */
  readonly limit: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * Sends one request, without following redirects. Not `fetch`: it cannot skip the certificate check for one server, as
 * engines do for insecure registries.
 *
 * @throws {Error} when there is no complete answer in time
 */
export async function httpGet({
  url,
  headers = {},
  form,
  verifyTls,
  access: { timeout, rootCertificate, lookup },
  limit,
}: HttpQuestion): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeout);
  const options: HttpsRequestOptions = {
    method: form === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) },
    // Not kept alive: a lookup takes a few requests, and the next one follows hours later.
    agent: false,
    rejectUnauthorized: verifyTls,
    ...(rootCertificate === undefined ? {} : { ca: [...rootCertificates, rootCertificate] }),
    ...(lookup === undefined ? {} : { lookup }),
    signal,
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
  outgoing.on('error', reject).on('response', resolve).end(form?.toString());
  try {
    const response = await promise;
    return { status: response.statusCode ?? 0, headers: response.headers, body: await readBody(response, limit) };
  } catch (error) {
    throw signal.aborted ? new Error(`no answer within ${Math.round(timeout / 1000)} s`, { cause: error }) : error;
  } finally {
    outgoing.destroy();
  }
}

async function readBody(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > limit) throw new RangeError(`the answer is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
