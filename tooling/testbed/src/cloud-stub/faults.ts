import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** The fault of an answer. */
export type CloudFault =
  | { readonly kind: 'status'; readonly status: number; /** Header, as it is sent. */ readonly retryAfter?: string }
  /** The request is taken, and nothing comes back. */
  | { readonly kind: 'hang' }
  /** The connection breaks off at once, or in the middle of an answer. */
  | { readonly kind: 'reset'; readonly afterHeaders?: boolean }
  /** A connection breaks off when a second request comes over it. */
  | { readonly kind: 'stale' }
  /** Status 200, and a body that is not what it says it is. */
  | { readonly kind: 'garbage' }
  /** Not even HTTP. */
  | { readonly kind: 'no-http' }
  /** A byte of the body now and then, without an end. */
  | { readonly kind: 'drip' }
  /** A body of so many bytes; `compressed`: few of them on the way. */
  | { readonly kind: 'long'; readonly bytes: number; readonly compressed: boolean }
  /** The answer is as always, and its date is off by so many milliseconds. */
  | { readonly kind: 'clock-skew'; readonly by: number };

/** A cloud that … */
export const CLOUD_FAULTS: readonly (readonly [string, CloudFault])[] = [
  ['answers with 500', { kind: 'status', status: 500 }],
  ['answers with 429', { kind: 'status', status: 429, retryAfter: '1' }],
  ['hangs', { kind: 'hang' }],
  ['drips', { kind: 'drip' }],
  ['resets connections', { kind: 'reset' }],
  ['breaks off its answers', { kind: 'reset', afterHeaders: true }],
  ['answers with garbage', { kind: 'garbage' }],
  ['speaks no HTTP', { kind: 'no-http' }],
];

/** Milliseconds between two bytes. */
const DRIP_INTERVAL = 20;

/** @returns whether it has answered the request */
export function actOut(fault: CloudFault, request: IncomingMessage, response: ServerResponse): boolean {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  if (fault.kind === 'clock-skew') {
    response.setHeader('date', new Date(Date.now() + fault.by).toUTCString());
    return false;
  }
  if (fault.kind === 'stale') {
    const isReused = request.socket.bytesWritten > 0;
    if (isReused) request.socket.destroy();
    return isReused;
  }
  request.resume();
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter });
      response.end();
      return true;
    case 'hang':
      return true;
    case 'reset':
      if (fault.afterHeaders === true) {
        response.writeHead(200, { ...json, 'content-length': 1000 });
        response.write('{"', () => response.socket?.resetAndDestroy());
      } else {
        response.socket?.resetAndDestroy();
      }
      return true;
    case 'garbage':
      response.writeHead(200, json).end('<html>Please sign in to the network</html>');
      return true;
    case 'no-http':
      response.socket?.end('\0\u0001 this is no HTTP\r\n\r\n');
      return true;
    case 'drip': {
      response.writeHead(200, json);
      const timer = setInterval(() => void response.write(' '), DRIP_INTERVAL);
      response.once('close', () => clearInterval(timer));
      return true;
    }
    case 'long': {
      response.writeHead(200, fault.compressed ? { ...json, 'content-encoding': 'gzip' } : json);
      // The client may hang up in the middle.
      pipeline(
        Readable.from(spaces(fault.bytes)),
        fault.compressed ? createGzip() : new PassThrough(),
        response,
        () => undefined,
      );
      return true;
    }
  }
}

function* spaces(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(65_536, ' ');
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
}
