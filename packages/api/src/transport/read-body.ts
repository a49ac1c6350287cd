import { BodyTooLargeError, InvalidRequestError, RequestAbortedError } from '../errors.ts';

/** The fields of a request's body. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** Bytes. */
const MAX_BODY_SIZE = 10 * 1024 * 1024;

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
  if (Number(request.headers.get('content-length')) > MAX_BODY_SIZE) throw new BodyTooLargeError(MAX_BODY_SIZE);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.byteLength;
    if (size > MAX_BODY_SIZE) throw new BodyTooLargeError(MAX_BODY_SIZE);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new InvalidRequestError('the body is not valid UTF-8', error);
  }
}

async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  for (;;) {
    const next = await reader.read().catch((error: unknown) => {
      throw new RequestAbortedError(error);
    });
    if (next.done) return;
    yield next.value;
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
