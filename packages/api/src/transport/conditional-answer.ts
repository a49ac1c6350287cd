import { hash } from 'node:crypto';
import { LightResponse } from '../web/light-response.ts';

/**
 * Completes the answer to a read: it gets its length and a validator (`ETag`). A client that names the validator in
 * `If-None-Match` gets a 304 without body; a HEAD request gets the headers alone.
 */
export async function conditionalAnswer(answer: Response, request: Request): Promise<Response> {
  if (answer.status !== 200) return answer;
  // A short text goes out in one piece with its head; bytes are a piece of their own, which takes twice as long.
  const body = answer instanceof LightResponse ? await answer.shortTextOrBytes() : await answer.bytes();
  const size = Buffer.byteLength(body);
  const headers = new Headers(answer.headers);
  const tag = `W/"${size.toString(16)}-${hash('sha1', body, 'base64url')}"`;
  headers.set('etag', tag);
  if (isKnownToClient(tag, request.headers)) {
    headers.delete('content-type');
    return new Response(null, { status: 304, headers });
  }
  headers.set('content-length', String(size));
  return new Response(request.method === 'HEAD' ? null : body, { status: 200, headers });
}

/** Compares weakly, as RFC 9110 (13.1.2) says for reads. A client that asks for no cached answer gets the body. */
function isKnownToClient(tag: string, headers: Headers): boolean {
  const named = headers.get('if-none-match');
  if (named === null || /\bno-cache\b/i.test(headers.get('cache-control') ?? '')) return false;
  const opaque = tag.replace(/^W\//, '');
  return named
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === '*' || one === opaque);
}
