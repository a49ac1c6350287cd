import type { ObservedImage } from './observed.ts';

/** Finds the image that a reference names. */
export type ImageFinder = (reference: string) => ObservedImage | undefined;

/** A finder for the images that an engine has. */
export function imageFinder(images: readonly ObservedImage[]): ImageFinder {
  const byName = new Map<string, ObservedImage>();
  for (const image of images) {
    byName.set(image.id, image);
    for (const name of [...image.tags, ...image.digests]) byName.set(canonicalReference(name), image);
  }
  return (reference) => byName.get(reference.startsWith('sha256:') ? reference : canonicalReference(reference));
}

/** A reference with what it leaves out written down: the default registry and the tag `latest`; a digest beats a tag. */
export function canonicalReference(reference: string): string {
  const [name = '', digest] = reference.split('@');
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const path = hasRegistry ? name : `docker.io/${slash < 0 ? 'library/' : ''}${name}`;
  const tagStart = path.lastIndexOf(':');
  const hasTag = tagStart > path.lastIndexOf('/');
  if (digest !== undefined) return `${hasTag ? path.slice(0, tagStart) : path}@${digest}`;
  return hasTag ? path : `${path}:latest`;
}
