/** What this package is, as a sentence. */
export function describeDurableFile(): string {
  return 'Files that are old or new after a power cut, never torn: replaced atomically, damaged ones kept aside.';
}
