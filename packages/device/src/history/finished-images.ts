import { canonicalReference, type EngineSnapshot } from '@device-supervisor/compose';

/**
 * The contents of the engine, where images that are being pulled have no name: they are listed a moment before their
 * content is verified. They stay in the list, so that they do not count as leftovers.
 */
export function withFinishedImages(snapshot: EngineSnapshot, downloading: ReadonlySet<string>): EngineSnapshot {
  if (downloading.size === 0) return snapshot;
  const unfinished = new Set([...downloading].map(canonicalReference));
  const isFinished = (name: string): boolean => !unfinished.has(canonicalReference(name));
  return {
    ...snapshot,
    images: snapshot.images.map((image) => ({
      ...image,
      tags: image.tags.filter(isFinished),
      digests: image.digests.filter(isFinished),
    })),
  };
}
