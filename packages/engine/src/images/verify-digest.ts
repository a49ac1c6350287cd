import { canonicalReference } from '@device-supervisor/compose';
import { ImageDigestError, ImageNotFoundError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { ImageInspection } from '../wire/engine-wire.ts';

/**
 * Makes sure that an image which was pulled by its digest has that digest; one that has not loses the name.
 *
 * @throws {ImageDigestError}
 */
export async function verifyDigest(transport: Transport, reference: string): Promise<void> {
  if (!reference.includes('@')) return;
  const wanted = canonicalReference(reference);
  const path = `/images/${encodeURIComponent(wanted)}`;
  const found = await inspectDigests(transport, path);
  if (found.map(canonicalReference).includes(wanted)) return;
  if (found.length > 0) await transport.send({ method: 'DELETE', path, accept: [404, 409] });
  throw new ImageDigestError(reference, found);
}

async function inspectDigests(transport: Transport, path: string): Promise<readonly string[]> {
  try {
    return (await transport.request({ method: 'GET', path: `${path}/json` }, ImageInspection)).RepoDigests;
  } catch (error) {
    if (error instanceof ImageNotFoundError) return [];
    throw error;
  }
}
