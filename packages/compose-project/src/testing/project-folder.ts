import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ProjectError, ProjectNotFoundError } from '../errors.ts';
import { loadProject, type LoadProjectOptions } from '../load-project.ts';
import type { Project, ProjectService } from '../project.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

/** A folder for one test, whose project is read with no variables but those of the options. */
export interface ProjectFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes files, by their path in the folder, and reads the project. */
  load(files: Files, options?: Partial<LoadProjectOptions>): Promise<Project>;
  /** The faults of a project, one per line, with paths relative to the folder. */
  faults(files: Files, options?: Partial<LoadProjectOptions>): Promise<readonly string[]>;
}

export async function createProjectFolder(): Promise<ProjectFolder> {
  const path = await mkdtemp(join(tmpdir(), 'project-'));
  const load: ProjectFolder['load'] = async (files, options = {}) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    }
    return await loadProject(path, { environment: {}, ...options });
  };
  return {
    path,
    load,
    async faults(files, options) {
      try {
        await load(files, options);
      } catch (error) {
        if (!(error instanceof ProjectError || error instanceof ProjectNotFoundError)) throw error;
        return error.message.replaceAll(`${path}/`, '').split('\n');
      }
      return [];
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** @throws when the project has no such service */
export function serviceOf({ services }: Project, name: string): ProjectService {
  const service = services.find((one) => one.name === name);
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return service;
}
