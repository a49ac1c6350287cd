import { readFile } from 'node:fs/promises';

/** The mount table of this process. */
export interface MountTable {
  has(path: string): boolean;
}

/** @param file `/proc/self/mountinfo`, see proc_pid_mountinfo(5) */
export async function readMountTable(file: string): Promise<MountTable> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const points = new Set(lines.map((line) => unescape(line.split(' ')[4] ?? '')));
  return { has: (path) => points.has(path.replace(/(?<=.)\/+$/, '')) };
}

/** The kernel writes white space and backslashes in octal. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
