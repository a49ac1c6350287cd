import { formatBytes } from './format-bytes.ts';
import type { ContextFile, IgnoreRules } from './context-files.ts';

/** Bytes from which a context is called large. */
const LARGE = 10_000_000;
/** Folders that hardly any build needs from the developer's machine. */
const USUAL_SUSPECTS = ['node_modules', '.git', '.venv', 'target', 'dist'];

/** Counts the files of a context while they are read. */
export interface ContextSize {
  readonly files: number;
  readonly bytes: number;
  count(files: AsyncIterable<ContextFile>): AsyncGenerator<ContextFile>;
  /** The reason of a large size, and the remedy; `null`: the context is small. */
  remark(rules: Pick<IgnoreRules, 'file'>): string | null;
}

export function measureContext(): ContextSize {
  return new Size();
}

class Size implements ContextSize {
  files = 0;
  bytes = 0;
  readonly #folders = new Map<string, number>();

  async *count(files: AsyncIterable<ContextFile>): AsyncGenerator<ContextFile> {
    for await (const file of files) {
      if (file.stats.isFile()) this.#add(file.name, file.stats.size);
      yield file;
    }
  }

  #add(name: string, bytes: number): void {
    this.files += 1;
    this.bytes += bytes;
    const parts = name.split('/').slice(0, -1);
    const suspect = parts.findIndex((part) => USUAL_SUSPECTS.includes(part));
    const folder = parts.slice(0, suspect < 0 ? 1 : suspect + 1).join('/');
    if (folder !== '') this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + bytes);
  }

  remark({ file }: Pick<IgnoreRules, 'file'>): string | null {
    if (this.bytes < LARGE) return null;
    const [largest] = [...this.#folders].toSorted(([, a], [, b]) => b - a);
    const where = largest === undefined ? '' : `, ${formatBytes(largest[1])} of them in ${largest[0]}`;
    const advice =
      file === null
        ? 'there is no .dockerignore that leaves out what the build does not need'
        : 'the .dockerignore lets them through';
    return `the build context holds ${formatBytes(this.bytes)}${where}: ${advice}`;
  }
}
