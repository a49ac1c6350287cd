import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** Projects in the style of public ones, a folder each; their files are not formatted, since places in them are tested. */
export const CORPUS = join(import.meta.dirname, 'corpus');

const Case = z.strictObject({
  title: z.string(),
  options: z
    .strictObject({
      environment: z.record(z.string(), z.string()).default({}),
      profiles: z.array(z.string()).default([]),
    })
    .prefault({}),
  /**
   * Services when the project has been started: `running`, `healthy`, `completed` (it ended with 0), or a pattern of the
   * reason that is printed, as `/…/`. Absent: the project is read, but not run.
   */
  run: z.record(z.string(), z.string()).optional(),
});

export type CorpusCase = z.infer<typeof Case> & { readonly name: string; readonly folder: string };

export async function readCorpus(): Promise<readonly CorpusCase[]> {
  const names = (await readdir(CORPUS)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const folder = join(CORPUS, name);
      const parsed = Case.parse(JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')));
      return { ...parsed, name, folder };
    }),
  );
}
