import { canonicalReference } from '@device-supervisor/compose';

/** Parts of an image reference as the engine's pull wants them. */
export interface SplitReference {
  /** With the registry, without tag and digest. */
  readonly repository: string;
  /** Tag or digest; `latest` when the reference has neither. Of both the digest counts. */
  readonly version: string;
}

/** Splits `[registry/]path[:tag][@digest]`. */
export function splitReference(reference: string): SplitReference {
  const at = reference.indexOf('@');
  const name = at < 0 ? reference : reference.slice(0, at);
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const repository = hasTag ? name.slice(0, colon) : name;
  if (at >= 0) return { repository, version: reference.slice(at + 1) };
  return { repository, version: hasTag ? name.slice(colon + 1) : 'latest' };
}

/** The registry that a reference names, e.g. `registry.local:5000`; `docker.io` where it names none. */
export function registryOf(reference: string): string {
  const canonical = canonicalReference(reference);
  return canonical.slice(0, canonical.indexOf('/'));
}
