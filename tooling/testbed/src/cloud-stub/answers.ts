import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, deflate, gunzip, gzip } from 'node:zlib';
import type { Context } from 'hono';

/** By content encoding, the preferred one first. */
const ENCODERS = { br: promisify(brotliCompress), gzip: promisify(gzip), deflate: promisify(deflate) };
/** Bytes; shorter answers are sent as they are. */
const SHORTEST_COMPRESSED = 1024;
const decompress = promisify(gunzip);

/** Answers with JSON, with a weak entity tag and compressed as the client likes it. */
export async function sendJson(c: Context, value: unknown, status = 200): Promise<Response> {
  return await send(c, { text: JSON.stringify(value), type: 'application/json; charset=utf-8', status });
}

export async function sendHtml(c: Context, text: string, status: number): Promise<Response> {
  return await send(c, { text, type: 'text/html; charset=utf-8', status });
}

/** An answer without a body. */
export function sendNothing(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers });
}

export function apiKeyRequired(c: Context): Promise<Response> {
  return sendJson(c, { error: 'API key required' }, 401);
}

async function send(
  c: Context,
  { text, type, status }: { readonly text: string; readonly type: string; readonly status: number },
): Promise<Response> {
  const etag = weakEtag(text);
  if (status === 200 && c.req.header('if-none-match') === etag) return sendNothing(304, { etag });
  const headers: Record<string, string> = { 'content-type': type, etag, vary: 'Accept-Encoding' };
  const accepted = (c.req.header('accept-encoding') ?? '').split(',').map((each) => each.trim());
  const encoding = (['br', 'gzip', 'deflate'] as const).find((each) => accepted.includes(each));
  if (encoding === undefined || text.length < SHORTEST_COMPRESSED) return new Response(text, { status, headers });
  const bytes = await ENCODERS[encoding](text);
  return new Response(new Uint8Array(bytes), { status, headers: { ...headers, 'content-encoding': encoding } });
}

function weakEtag(text: string): string {
  const hash = createHash('sha1').update(text).digest('base64').slice(0, 27);
  return `W/"${Buffer.byteLength(text).toString(16)}-${hash}"`;
}

/** The JSON of a request's body, which may be compressed; `undefined`: there is none, it is none, or does not say so. */
export async function readJson(c: Context): Promise<unknown> {
  if (!/^application\/json(;|$)/.test(c.req.header('content-type') ?? '')) return undefined;
  try {
    const bytes = Buffer.from(await c.req.arrayBuffer());
    const text = c.req.header('content-encoding') === 'gzip' ? await decompress(bytes) : bytes;
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
