import { dirname } from 'node:path';
import { makeDirectory, readIfThere, replaceFile, type DurableFileSystem } from '@device-supervisor/durable-file';
import { isSameList } from './quoted-list.ts';

/** Remembers which variables targets have had, across restarts. */
export interface ManagedVariables {
  read(): Promise<ReadonlySet<string>>;
  /** Durable when it resolves. Nothing is written when nothing changes. */
  write(variables: ReadonlySet<string>): Promise<void>;
}

/** @param path of a JSON file, e.g. `/data/boot-config.json` */
export function managedVariablesFile(fileSystem: DurableFileSystem, path: string): ManagedVariables {
  const read = async (): Promise<ReadonlySet<string>> => {
    const bytes = await readIfThere(fileSystem, path);
    return new Set(bytes === null ? [] : namesIn(Buffer.from(bytes).toString()));
  };
  return {
    read,
    async write(variables) {
      if (isSameList([...(await read())], [...variables])) return;
      await makeDirectory(fileSystem, dirname(path));
      await replaceFile(fileSystem, { path, bytes: Buffer.from(`${JSON.stringify([...variables].toSorted())}\n`) });
    },
  };
}

/** A damaged file says nothing: then variables that leave the target stay set, which does no harm. */
function namesIn(text: string): readonly string[] {
  const value = parseJson(text);
  if (!Array.isArray(value)) return [];
  const names: unknown[] = value;
  return names.filter((name) => typeof name === 'string');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
