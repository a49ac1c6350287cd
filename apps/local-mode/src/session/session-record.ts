import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '@device-supervisor/errors';
import type { Project } from '@device-supervisor/compose-project';
import * as z from 'zod';
import { ProcessIdentity } from './process-identity.ts';
import { volumesOf, type ProjectVolume } from './project-volumes.ts';

/** The processes and containers of a state folder; written before anything starts, removed after everything has ended. */
export const SessionRecord = z.strictObject({
  version: z.literal(2),
  /** The process that owns the session, which may have been killed; `null`: none (`--keep`, `--detach`). */
  owner: ProcessIdentity.nullable(),
  engine: z.strictObject({ endpoint: z.string(), kind: z.enum(['configured', 'system', 'private']) }),
  /** `null`: it was not started yet. */
  supervisor: z
    .strictObject({
      process: ProcessIdentity,
      port: z.int(),
      /** The setup that it was started with; another setup needs another supervisor. */
      setup: z.string(),
    })
    .nullable(),
  /** The network `supervisor0` was not on the engine before. */
  madeSupervisorNetwork: z.boolean(),
  /** The project that was applied last; `null`: none was. */
  project: z.strictObject({ name: z.string(), directory: z.string() }).nullable(),
  /** Volumes of all projects that were applied, as the compose files name them. */
  volumes: z.array(z.strictObject({ project: z.string(), name: z.string() })),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

/** The record with a project as the one applied last, and with its volumes. */
export function withProject(record: SessionRecord, { name, directory, volumes }: Project): SessionRecord {
  const added = volumesOf({ name, volumes }).filter((volume) => !record.volumes.some((known) => isSame(known, volume)));
  return { ...record, project: { name, directory }, volumes: [...record.volumes, ...added] };
}

function isSame(one: ProjectVolume, other: ProjectVolume): boolean {
  return one.project === other.project && one.name === other.name;
}

/** The record of a state folder on disk. */
export interface SessionFile {
  /** `null`: missing or unreadable. */
  read(): Promise<SessionRecord | null>;
  write(record: SessionRecord): Promise<void>;
  remove(): Promise<void>;
}

export function sessionFile(stateDirectory: string): SessionFile {
  const path = join(stateDirectory, 'session.json');
  return {
    async read() {
      try {
        return SessionRecord.parse(JSON.parse(await readFile(path, 'utf8')));
      } catch (error) {
        if (error instanceof z.ZodError || error instanceof SyntaxError) return null;
        if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return null;
        throw error;
      }
    },
    async write(record) {
      const draft = `${path}.${process.pid}`;
      await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
      await rename(draft, path);
    },
    remove: () => rm(path, { force: true }),
  };
}
