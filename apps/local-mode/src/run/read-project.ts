import { loadProject, type BuildDevice, type Project } from '@device-supervisor/compose-project';
import type { ProjectOptions } from '../cli/options.ts';
import { buildDevice } from './build-device.ts';
import { checkProject } from './check-project.ts';
import { projectPath, type Place } from './place.ts';

/** Files that balena's tools add to the compose file when a project runs on a developer's device. */
const DEVELOPMENT_FILES = ['docker-compose.dev.yml', 'docker-compose.dev.yaml'];

/**
 * Reads the project that the options name, and checks all of it.
 *
 * @param device the one that it is built for; this machine by default
 *
 * @throws ProjectError, ProjectNotFoundError
 */
export async function readProject(
  options: ProjectOptions,
  place: Place,
  device: BuildDevice = buildDevice(process.arch),
): Promise<Project> {
  return await loadProject(projectPath(options, place), {
    environment: place.environment,
    files: options.files,
    envFiles: options.envFiles,
    profiles: options.profiles,
    services: options.services,
    ...(options.projectName === null ? {} : { name: options.projectName }),
    device,
    overlays: DEVELOPMENT_FILES,
    check: checkProject,
  });
}
