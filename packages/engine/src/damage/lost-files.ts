/**
 * The engine's words for files of its own that are gone: the directory of a layer, the link to it, or its place in the
 * database of layers. They name paths below the engine's data directory, never paths of a container.
 */
const LOST_FILES: readonly RegExp[] = [
  /layer does not exist/,
  /RWLayer of container \S+ is unexpectedly nil/,
  /(?:stat|lstat|open|readlink|mkdir|readdirent) \S*\/(?:overlay2|overlay|aufs|vfs|btrfs)\/\S+: no such file or directory/,
  /error creating (?:overlay|aufs) mount to \S+: (?:no such file or directory|invalid argument)/,
  /invalid rootfs: \S* ?\S+: no such file or directory/,
];

/** Whether a refusal of the engine says that files of a container's or an image's layers are lost. */
export function saysLostFiles(message: string): boolean {
  return LOST_FILES.some((pattern) => pattern.test(message));
}
