import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tryParseJson } from '@device-supervisor/primitives';
import { z } from 'zod';
import type { FileResult } from '../test-results.ts';
import { packageKeys } from './package-keys.ts';

const Passed = z.object({ key: z.string(), tests: z.number() });

/** Packages whose tests passed before, and to which nothing has changed since. */
export interface Selection {
  /** Tests of the unchanged packages. */
  readonly unchanged: number;
  /** Paths for vitest: the other packages. */
  readonly paths: readonly string[];
  /** Remembers the packages all of whose tests have passed now. */
  remember(results: readonly FileResult[]): void;
}

/** Chooses the packages whose tests have to run. The results are in `.state/passed`, which a clean clone does not have. */
export function selectPackages(root: string): Selection {
  const keys = packageKeys(root);
  const passed = [...keys].map(([folder, key]) => ({ folder, key, before: read(root, folder) }));
  const unchanged = passed.filter(({ key, before }) => before?.key === key);
  const changed = passed.filter((one) => !unchanged.includes(one));
  return {
    unchanged: unchanged.reduce((sum, { before }) => sum + (before?.tests ?? 0), 0),
    paths: changed.map(({ folder }) => `${folder}/`),
    remember(results) {
      for (const { folder, key } of changed) {
        const own = results.filter(({ file }) => file.startsWith(`${folder}/`));
        if (own.some(({ failed, skipped, isBroken }) => failed + skipped > 0 || isBroken)) continue;
        write(root, folder, { key, tests: own.reduce((sum, { passed: count }) => sum + count, 0) });
      }
    },
  };
}

function read(root: string, folder: string): z.infer<typeof Passed> | undefined {
  const path = pathOf(root, folder);
  return existsSync(path) ? Passed.safeParse(tryParseJson(readFileSync(path, 'utf8'))).data : undefined;
}

function write(root: string, folder: string, passed: z.infer<typeof Passed>): void {
  mkdirSync(join(root, '.state/passed'), { recursive: true });
  writeFileSync(pathOf(root, folder), JSON.stringify(passed));
}

function pathOf(root: string, folder: string): string {
  return join(root, '.state/passed', `${folder.replaceAll('/', '-')}.json`);
}
