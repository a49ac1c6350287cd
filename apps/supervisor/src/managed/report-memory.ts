import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ReportMemory } from '@device-supervisor/cloud';
import { nodeFileSystem, readIfThere, replaceFile } from '@device-supervisor/durable-file';
import { DeviceReport } from '@device-supervisor/state';
import * as z from 'zod';

/**
 * Keeps the last accepted report in a file in the host's memory: it changes every few seconds while images download, which
 * would wear out flash storage. After a boot everything is reported once. It holds a key, so only our user can read it.
 */
export function rememberReports(path: string): ReportMemory {
  return {
    async load(uuid) {
      const bytes = await readIfThere(nodeFileSystem, path);
      if (bytes === null) return null;
      const parsed = z.record(z.string(), DeviceReport).safeParse(parseJson(new TextDecoder().decode(bytes)));
      return parsed.data?.[uuid] ?? null;
    },
    async save(uuid, report) {
      await mkdir(dirname(path), { recursive: true });
      await replaceFile(nodeFileSystem, { path, bytes: new TextEncoder().encode(JSON.stringify({ [uuid]: report })) });
    },
  };
}

/** A damaged report counts as forgotten; its text is not shown. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
