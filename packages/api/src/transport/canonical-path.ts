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
 * Reads the path of a request without trailing slash, and with the words of its route in lower case: clients spell them as
 * they like. Parameters stay as they are, also where they are spelled like a word of some route.
 */
export function createPathReader(routes: readonly Route[]): (request: Request) => string {
  const patterns = Map.groupBy(
    [...new Set(routes.map(({ path }) => canonicalPath(path)))].map((path) => path.split('/')).sort(byParameters),
    ({ length }) => length,
  );
  return (request) => {
    const path = getPath(request);
    const given = path.split('/');
    const segments = given.length > 2 && given.at(-1) === '' ? given.slice(0, -1) : given;
    const words = segments.map((segment) => segment.toLowerCase());
    const pattern = patterns
      .get(segments.length)
      ?.find((parts) => parts.every((part, index) => isParameter(part) || part === words[index]));
    if (pattern === undefined) return segments.join('/');
    return pattern.map((part, index) => (isParameter(part) ? segments[index] : part)).join('/');
  };
}

/** Of two patterns that a path has the form of, that with fewer parameters is meant. */
function byParameters(a: readonly string[], b: readonly string[]): number {
  return a.filter(isParameter).length - b.filter(isParameter).length;
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}
