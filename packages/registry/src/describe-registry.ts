/** What this package is, as a sentence. */
export function describeRegistry(): string {
  return 'Image registries over the distribution API: manifests, sizes, tokens.';
}
