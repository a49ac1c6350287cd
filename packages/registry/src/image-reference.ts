import { canonicalReference } from '@device-supervisor/compose';

/** An image reference as the distribution API wants its parts. */
export interface ImageReference {
  /** e.g. `registry.local:5000` or `docker.io`. */
  readonly registry: string;
  /** e.g. `library/alpine`. */
  readonly repository: string;
  /** Tag or digest. */
  readonly version: string;
  /** `null`: it is named by its tag. */
  readonly digest: string | null;
}

export function parseImageReference(reference: string): ImageReference {
  const canonical = canonicalReference(reference);
  const slash = canonical.indexOf('/');
  const at = canonical.indexOf('@');
  const end = at < 0 ? canonical.lastIndexOf(':') : at;
  const version = canonical.slice(end + 1);
  return {
    registry: canonical.slice(0, slash),
    repository: canonical.slice(slash + 1, end),
    version,
    digest: at < 0 ? null : version,
  };
}
