import type { ObservedImage } from '../observed.ts';

/** The image that a reference names, if the engine has it. */
export function findImage(images: readonly ObservedImage[], reference: string): ObservedImage | undefined {
  if (reference.startsWith('sha256:')) return images.find(({ id }) => id === reference);
  const wanted = canonicalReference(reference);
  return images.find(({ tags, digests }) =>
    [...tags, ...digests].some((name) => canonicalReference(name) === wanted),
  );
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
