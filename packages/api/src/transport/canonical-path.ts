import { getPath } from 'hono/utils/url';
import type { Route } from '../routes/route.ts';

/** A route's path as {@link createPathReader} prints the paths of requests. */
export function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => (isParameter(segment) ? segment : segment.toLowerCase()))
    .join('/');
}

/**
 * Reads the path of a request without trailing slash, and with the words that are part of a route in lower case: clients
 * spell them as they like. Other segments, the parameters, stay as they are.
 */
export function createPathReader(routes: readonly Route[]): (request: Request) => string {
  const words = new Set(
    routes.flatMap(({ path }) => canonicalPath(path).split('/')).filter((segment) => !isParameter(segment)),
  );
  return (request) => {
    const path = getPath(request);
    const segments = path.split('/').map((segment) => {
      const word = segment.toLowerCase();
      return words.has(word) ? word : segment;
    });
    return segments.length > 2 && segments.at(-1) === '' ? segments.slice(0, -1).join('/') : segments.join('/');
  };
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}
