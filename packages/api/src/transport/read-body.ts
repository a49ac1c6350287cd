import { GatheredBytes } from '@device-supervisor/primitives';
import { BodyTooLargeError, InvalidRequestError, RequestAbortedError } from '../errors.ts';
import type { Upload } from './intake.ts';

/** The fields of a request's body. */
export type RequestBody = Readonly<Record<string, unknown>>;

export interface BodyOptions {
  /** Bytes. */
  readonly limit: number;
  /** Accounts for what is read. */
  readonly upload: Upload;
}

/** Milliseconds in which a body must have arrived. */
const ARRIVAL_LIMIT = 120_000;
/**
 * Bytes of a body that is too large that are read and dropped. Many clients read the answer only when they have sent
 * everything, and Node.js closes the connection with the answer: without this they would see a broken connection.
 */
const MAX_DRAINED = 64 * 1024 * 1024;
/** Milliseconds that the next piece of such a body may take. */
const DRAIN_IDLE_LIMIT = 2_000;

/**
 * Receives a JSON or URL-encoded body. No body, and one of any other content type, is an empty object.
 *
 * @returns decodes it, which for a large body takes several times its size of memory; throws InvalidRequestError
 * @throws BodyTooLargeError, RequestAbortedError, ServerBusyError
 */
export async function readBody(request: Request, options: BodyOptions): Promise<() => RequestBody> {
  const gathered = await gather(request, options);
  return () => {
    const text = decodeText(gathered.bytes);
    gathered.free();
    if (isJson(request)) return parseObject(text);
    if (mediaType(request) === 'application/x-www-form-urlencoded') {
      return Object.fromEntries(new URLSearchParams(text));
    }
    return {};
  };
}

export function isJson(request: Request): boolean {
  return mediaType(request) === 'application/json';
}

function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** Counts what comes instead of trusting `Content-Length`, which chunked bodies do not have. */
async function gather(request: Request, { limit, upload }: BodyOptions): Promise<GatheredBytes> {
  const gathered = new GatheredBytes(limit);
  let size = 0;
  try {
    for await (const chunk of chunksOf(request, limit)) {
      size += chunk.byteLength;
      if (size <= limit) {
        upload.add(chunk.byteLength);
        gathered.add(chunk);
      } else if (size > MAX_DRAINED) break;
      else {
        gathered.free();
        upload.drop();
      }
    }
    if (size > limit || (bodyLength(request) ?? 0) > limit) throw new BodyTooLargeError(limit);
    return gathered;
  } catch (error) {
    gathered.free();
    throw error;
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidRequestError('the body is not valid UTF-8', error);
  }
}

/**
 * The body, piece by piece. Of one that is known to be too large it ends early where that is far too large, or where the
 * client waits for an answer before it sends more.
 */
async function* chunksOf(request: Request, limit: number): AsyncGenerator<Uint8Array> {
  const length = bodyLength(request) ?? 0;
  if (request.body === null || length > MAX_DRAINED) return;
  const reader = request.body.getReader();
  const began = performance.now();
  for (;;) {
    const patience = length > limit ? DRAIN_IDLE_LIMIT : began + ARRIVAL_LIMIT - performance.now();
    const next = await within(Math.max(1, patience), reader.read()).catch((error: unknown) => {
      throw new RequestAbortedError(error);
    });
    if (next === null && length <= limit) throw new RequestAbortedError(undefined);
    if (next === null || next.done) return;
    yield next.value;
  }
}

/** Bytes; `null` where the client does not say it. */
export function bodyLength(request: Request): number | null {
  const length = request.headers.get('content-length');
  return length === null ? null : Number(length);
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
  checkStructure(text);
  const value = parseJson(text);
  if (!isObject(value)) throw new InvalidRequestError(`body: must be a JSON object, not ${nameOf(value)}`);
  return value;
}

/** Levels of JSON in one another; a target has about 20. Its decoding says where it is too deep below that. */
const DEEPEST = 1_000;

/** Values of a body; decoding a target says where it has too many below that. */
const MOST_VALUES = 100_000;

/** Refuses JSON of levels or values without bound, without parsing it: the parser takes memory for each. */
function checkStructure(text: string): void {
  let level = 0;
  let values = 1;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case BACKSLASH:
        at++;
        break;
      case QUOTE:
        inString = !inString;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (inString) break;
        if (++level > DEEPEST) throw new InvalidRequestError(`body: must not be nested in more than ${DEEPEST} levels`);
        values++;
        break;
      case COMMA:
        if (!inString) values++;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (!inString) level--;
        break;
    }
    if (values > MOST_VALUES) throw new InvalidRequestError(`body: must not hold more than ${MOST_VALUES} values`);
  }
}

const [BACKSLASH, QUOTE, COMMA] = [0x5c, 0x22, 0x2c];
const [OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d];

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
