import { readFile } from 'node:fs/promises';

/** The kernel's name for this boot; a container shares it with the host. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Another one after each boot of the host; `null`: the kernel does not say. */
export async function readBootId(): Promise<string | null> {
  const [text] = await Promise.allSettled([readFile(BOOT_ID, 'utf8')]);
  return text.status === 'fulfilled' ? text.value.trim() : null;
}
