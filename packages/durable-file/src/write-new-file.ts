import type { FileAttributes, NewFile } from './durable-file-system.ts';

/** Mode and owner that a file is to have; what is absent is right as it is. */
export type WantedAttributes = Partial<FileAttributes>;

/** Writes a file that was just made, durably. It stays open. */
export async function writeNewFile(file: NewFile, bytes: Uint8Array, wanted: WantedAttributes): Promise<void> {
  const { mode, uid, gid } = await file.attributes();
  const owner = { uid: wanted.uid ?? uid, gid: wanted.gid ?? gid };
  if (owner.uid !== uid || owner.gid !== gid) await file.chown(owner.uid, owner.gid);
  // A change of the owner clears bits of the mode. On vfat both are the same for all files, and neither is set.
  if (wanted.mode !== undefined && wanted.mode !== mode) await file.chmod(wanted.mode);
  await file.write(bytes);
  await file.sync();
}
