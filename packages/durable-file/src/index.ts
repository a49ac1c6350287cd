export type { DurableFileSystem, FileAttributes, HeldFile, NewFile } from './durable-file-system.ts';
export { nodeFileSystem } from './node-file-system.ts';
export { replaceFile, type Replacement } from './replace-file.ts';
export { removeFile } from './remove-file.ts';
export { readIfThere } from './read-if-there.ts';
export { makeDirectory } from './sync-directory.ts';
export { keepAside } from './keep-aside.ts';
export {
  isIntactText,
  openBackedUpFile,
  type BackedUpContent,
  type BackedUpFile,
  type BackedUpFileOptions,
} from './backed-up-file.ts';
export { writeRemedyOf } from './write-remedy.ts';
export { FileContendedError } from './errors.ts';
