import { readFile } from 'node:fs/promises';

/**
 * Another one after each boot of the host; `null`: the kernel does not say.
 * @param path the kernel's file with its name for this boot; a container has the host's
 */
export async function readBootId(path: string): Promise<string | null> {
  const [text] = await Promise.allSettled([readFile(path, 'utf8')]);
  return text.status === 'fulfilled' ? text.value.trim() : null;
}
