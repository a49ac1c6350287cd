import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gunzip, gzip, brotliDecompress, inflate } from 'node:zlib';
import { promisify } from 'node:util';
import { createRedactor } from '@device-supervisor/errors';
import {
  CloudAnswerInvalidError,
  CloudAnswerTooLongError,
  CloudTimeoutError,
  CloudUnreachableError,
} from '../errors.ts';
import { createConnector, type ConnectorOptions } from './connector.ts';
import { sendRequest, type OutgoingRequest } from './send-request.ts';
import { isWebPage } from './web-page.ts';

export interface CloudHttpOptions extends ConnectorOptions {
  /** Sent with every request. */
  readonly userAgent: string;
  /** Milliseconds that a request may take; read before each. Default: 59000. */
  readonly timeout?: () => number;
}

export interface CloudRequest {
  readonly method: OutgoingRequest['method'];
  /** Below the endpoint, with its query, e.g. `/device/v3/state`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Compresses the body; for servers that are known to take it. */
  readonly gzip?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Key of the device or of the provisioning; a secret. `null`: the request needs no key. */
  readonly key: string | null;
  readonly signal: AbortSignal;
}

export interface CloudAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: string;
}

/** A client of one server. Requests are answered with whatever status: what it means is the caller's to say. */
export interface CloudHttp extends Disposable {
  /** @throws CloudUnreachableError, CloudTimeoutError, CloudAnswerTooLongError, CloudAnswerInvalidError; the reason of `signal` */
  request(request: CloudRequest): Promise<CloudAnswer>;
}

const DEFAULT_TIMEOUT = 59_000;
/** Bytes; the largest target states are far smaller, and a device has little memory. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

const compress = promisify(gzip);
/** By content encoding. */
const DECODERS = new Map<string, (bytes: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>>([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** Connections are kept open between requests. */
export function createCloudHttp(options: CloudHttpOptions): CloudHttp {
  const { endpoint, userAgent, timeout: timeLimit = () => DEFAULT_TIMEOUT } = options;
  const connector = createConnector(options);

  async function exchange(request: CloudRequest, signal: AbortSignal): Promise<CloudAnswer> {
    const body = await encodeBody(request);
    const answer = await sendRequest(connector, {
      method: request.method,
      path: request.path,
      options: {
        signal,
        headers: {
          accept: 'application/json',
          'accept-encoding': [...DECODERS.keys()].join(', '),
          'user-agent': userAgent,
          ...(request.key === null ? {} : { authorization: `Bearer ${request.key}` }),
          ...body?.headers,
          ...request.headers,
        },
      },
      body: body?.bytes,
    });
    const { statusCode: status = 0, headers } = answer;
    const text = await readBody(answer, nameOf(request));
    // A refusal is quoted in messages, and may quote the request.
    const isQuoted = status >= 400 && request.key !== null;
    return { status, headers, body: isQuoted ? createRedactor([request.key])(text) : text };
  }

  return {
    async request(request) {
      request.signal.throwIfAborted();
      const timeout = timeLimit();
      const limit = AbortSignal.timeout(timeout);
      try {
        const answer = await exchange(request, AbortSignal.any([request.signal, limit]));
        if (isSuccess(answer) && isWebPage(answer.body))
          throw new CloudAnswerInvalidError(nameOf(request), 'it is a web page');
        return answer;
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason;
        const host = new URL(endpoint).host;
        if (limit.aborted) throw new CloudTimeoutError(host, timeout);
        if (error instanceof CloudAnswerTooLongError || error instanceof CloudAnswerInvalidError) throw error;
        throw new CloudUnreachableError(host, error);
      }
    },
    [Symbol.dispose]: () => connector[Symbol.dispose](),
  };
}

function isSuccess({ status }: CloudAnswer): boolean {
  return status >= 200 && status <= 299;
}

/** Without its query, which may have a key. */
function nameOf({ method, path }: CloudRequest): string {
  return `${method} ${path.replace(/\?.*/, '')}`;
}

async function encodeBody({
  json,
  gzip: compressed = false,
}: CloudRequest): Promise<{ readonly bytes: Buffer; readonly headers: Record<string, string | number> } | null> {
  if (json === undefined) return null;
  const plain = Buffer.from(JSON.stringify(json));
  const bytes = compressed ? await compress(plain) : plain;
  return {
    bytes,
    headers: {
      'content-type': 'application/json',
      'content-length': bytes.length,
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    },
  };
}

function bytesOf(answer: IncomingMessage): AsyncIterable<Buffer> {
  return answer;
}

/** @param request for messages */
async function readBody(answer: IncomingMessage, request: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const bytes of bytesOf(answer)) {
    length += bytes.length;
    if (length > LONGEST_ANSWER) {
      answer.destroy();
      throw new CloudAnswerTooLongError(LONGEST_ANSWER);
    }
    chunks.push(bytes);
  }
  const raw = Buffer.concat(chunks);
  const encoding = (answer.headers['content-encoding'] ?? IDENTITY).toLowerCase();
  return (raw.length === 0 || encoding === IDENTITY ? raw : await decompress(raw, { encoding, request })).toString(
    'utf8',
  );
}

/** The content encoding that is none. */
const IDENTITY = 'identity';

async function decompress(
  raw: Buffer,
  { encoding, request }: { readonly encoding: string; readonly request: string },
): Promise<Buffer> {
  const decode = DECODERS.get(encoding);
  if (decode === undefined) throw new CloudAnswerInvalidError(request, 'it has an encoding that was not asked for');
  try {
    return await decode(raw, { maxOutputLength: LONGEST_ANSWER });
  } catch (error) {
    if (isTooLarge(error)) throw new CloudAnswerTooLongError(LONGEST_ANSWER);
    throw new CloudAnswerInvalidError(request, `it is damaged ${encoding}`);
  }
}

/** Is it what decompression says when there is more than it may give? */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
