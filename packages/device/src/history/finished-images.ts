import { canonicalReference, type EngineSnapshot } from '@device-supervisor/compose';

/**
 * What the engine has, but for images that are being fetched: they are there a moment before it is known that they are what
 * was asked for. They keep their place without the name, so that they are not taken for left-overs.
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
