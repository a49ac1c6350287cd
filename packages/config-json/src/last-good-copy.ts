import { dirname } from 'node:path';
import { makeDirectory, readIfThere, replaceFile, type DurableFileSystem } from '@device-supervisor/durable-file';
import { decodeConfigJson } from './decode-config-json.ts';
import type { JsonObject } from './json-object.ts';
import { parseConfigJson } from './parse-config-json.ts';

/** A config.json that names its device, as text and as data. */
export interface GoodConfigJson {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly raw: JsonObject;
}

/** The last config.json that named its device, in a file that only its owner reads: there are keys in it. */
export interface LastGoodCopy {
  /** `null`: none was kept, or it is damaged too. */
  load(): Promise<GoodConfigJson | null>;
  /** Keeps what config.json says now. A file without uuid or key is not kept. */
  keep(current: GoodConfigJson): Promise<void>;
}

export function createLastGoodCopy(fileSystem: DurableFileSystem, path: string): LastGoodCopy {
  let kept: Uint8Array | null = null;

  async function load(): Promise<GoodConfigJson | null> {
    const bytes = await readIfThere(fileSystem, path);
    if (bytes === null) return null;
    const parsed = parseConfigJson(bytes);
    return parsed.ok && namesDevice(parsed.raw) ? { bytes, text: parsed.text, raw: parsed.raw } : null;
  }

  return {
    load,
    async keep({ bytes, raw }) {
      if (!namesDevice(raw)) return;
      kept ??= await readIfThere(fileSystem, path);
      if (kept !== null && isEqual(kept, bytes)) return;
      await makeDirectory(fileSystem, dirname(path));
      await replaceFile(fileSystem, { path, bytes, mode: OWNER_ONLY });
      kept = bytes;
    },
  };
}

const OWNER_ONLY = 0o600;

function namesDevice(raw: JsonObject): boolean {
  const { config } = decodeConfigJson(raw);
  return config.uuid !== undefined && config.deviceApiKey !== undefined;
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
