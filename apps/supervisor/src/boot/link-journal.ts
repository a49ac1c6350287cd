import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SupervisorConfig } from '../config.ts';

/** Where a host keeps its journal: on the disk, or in memory. */
const JOURNALS = ['var/log/journal', 'run/log/journal'] as const;

/**
 * Makes `journalctl` in the container read the host's journal: the container has the host's machine id, and its directory of
 * journals is the host's that has one of that id. A host without a machine id has no journal.
 */
export async function linkJournal({
  rootMount,
  containerRoot,
}: Pick<SupervisorConfig, 'rootMount' | 'containerRoot'>): Promise<void> {
  const [id] = await Promise.allSettled([readFile(join(rootMount, 'etc/machine-id'), 'utf8')]);
  if (id.status === 'rejected' || id.value.trim() === '') return;
  const ownId = join(containerRoot, '/etc/machine-id');
  await mkdir(dirname(ownId), { recursive: true });
  await writeFile(ownId, id.value);
  const journal = JOURNALS.map((path) => join(rootMount, path)).find((path) => existsSync(join(path, id.value.trim())));
  if (journal !== undefined) await linkTo(journal, join(containerRoot, '/run/log/journal'));
}

/** Leaves a link that is right, and a directory that is mounted or has content, as it is. */
async function linkTo(target: string, link: string): Promise<void> {
  await mkdir(dirname(link), { recursive: true });
  const [present] = await Promise.allSettled([lstat(link)]);
  if (present.status === 'fulfilled') {
    if (!present.value.isSymbolicLink() || (await readlink(link)) === target) return;
    await rm(link);
  }
  await symlink(target, link);
}
