import { readFile } from 'node:fs/promises';

/**
 * The text of a file of the host, without NULs and white space around it. `null`: it is empty, is not there or cannot be
 * read, as is usual for sensors and descriptions that a host does not have.
 */
export async function hostText(path: string): Promise<string | null> {
  const [text] = await Promise.allSettled([readFile(path, 'utf8')]);
  if (text.status === 'rejected') return null;
  const trimmed = text.value.replaceAll('\0', '').trim();
  return trimmed === '' ? null : trimmed;
}
