import { BodyTooLargeError, InvalidRequestError, RequestAbortedError } from '../errors.ts';

/** The fields of a request's body. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** Bytes. */
const MAX_BODY_SIZE = 10 * 1024 * 1024;
/**
 * Bytes of a body that is too large that are read and dropped. Many clients read the answer only when they have sent
 * everything, and Node.js closes the connection with the answer: without this they would see a broken connection.
 */
const MAX_DRAINED = 64 * 1024 * 1024;
/** Milliseconds that the next piece of such a body may take. */
const DRAIN_IDLE_LIMIT = 2_000;

/**
 * Reads a JSON or URL-encoded body. No body, and one of any other content type, is an empty object.
 *
 * @throws InvalidRequestError, BodyTooLargeError, RequestAbortedError
 */
export async function readBody(request: Request): Promise<RequestBody> {
  const text = await readText(request);
  if (isJson(request)) return parseObject(text);
  if (mediaType(request) === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text));
  return {};
}

export function isJson(request: Request): boolean {
  return mediaType(request) === 'application/json';
}

function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** Counts what comes instead of trusting `Content-Length`, which chunked bodies do not have. */
async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.byteLength;
    if (size <= MAX_BODY_SIZE) chunks.push(chunk);
    else if (size > MAX_DRAINED) break;
    else chunks.length = 0;
  }
  if (size > MAX_BODY_SIZE || lengthOf(request) > MAX_BODY_SIZE) throw new BodyTooLargeError(MAX_BODY_SIZE);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new InvalidRequestError('the body is not valid UTF-8', error);
  }
}

/**
 * The body, piece by piece. Of one that is known to be too large it ends early where that is far too large, or where the
 * client waits for an answer before it sends more.
 */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  const length = lengthOf(request);
  if (request.body === null || length > MAX_DRAINED) return;
  const reader = request.body.getReader();
  for (;;) {
    const next = await (length > MAX_BODY_SIZE ? within(DRAIN_IDLE_LIMIT, reader.read()) : reader.read()).catch(
      (error: unknown) => {
        throw new RequestAbortedError(error);
      },
    );
    if (next === null || next.done) return;
    yield next.value;
  }
}

/** NaN where the client does not say it. */
function lengthOf(request: Request): number {
  return Number(request.headers.get('content-length') ?? Number.NaN);
}

/** What `next` resolves to; `null` when that takes longer than `limit` milliseconds. */
async function within<T>(limit: number, next: Promise<T>): Promise<T | null> {
  const idle = Promise.withResolvers<null>();
  const timer = setTimeout(() => idle.resolve(null), limit);
  try {
    return await Promise.race([next, idle.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function parseObject(text: string): RequestBody {
  if (text.trim() === '') return {};
  const value = parseJson(text);
  if (!isObject(value)) throw new InvalidRequestError(`body: must be a JSON object, not ${nameOf(value)}`);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidRequestError(`the body is not valid JSON: ${reasonOf(error)}`, error);
  }
}

/** Without the piece of the body that V8 quotes: it may hold a secret. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, (?:\.\.\.)?".*" is not valid JSON$/s, '') : String(error);
}

function isObject(value: unknown): value is RequestBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
