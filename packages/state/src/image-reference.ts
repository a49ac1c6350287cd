import * as z from 'zod';

/**
 * Reference of an image, as container engines accept it: `[registry/]path[:tag][@digest]`, or an image's id.
 *
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export const ImageReference = z
  .string()
  .min(1, { error: 'must not be empty', abort: true })
  .refine(
    isImageReference,
    'must be an image reference such as registry.local:5000/app/web:1 (lower case, and a digest in full)',
  );

/** Longest repository with its registry. */
const LONGEST_NAME = 255;
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d{1,5})?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

function isImageReference(text: string): boolean {
  if (IMAGE_ID.test(text)) return true;
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return false;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  if (hasTag && !TAG.test(named.slice(colon + 1))) return false;
  const name = hasTag ? named.slice(0, colon) : named;
  const [first = '', ...others] = name.split('/');
  const hasRegistry = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry && !DOMAIN.test(first)) return false;
  const path = hasRegistry ? others : [first, ...others];
  return name.length <= LONGEST_NAME && path.every((part) => PATH_PART.test(part));
}

function isDigest(digest: string): boolean {
  return DIGEST.test(digest) && (!digest.startsWith('sha256:') || IMAGE_ID.test(digest));
}
