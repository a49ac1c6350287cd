import { dataOf } from '@device-supervisor/api-client';
import type { BuildDevice, Project } from '@device-supervisor/compose-project';
import type { ProjectOptions } from '../cli/options.ts';
import { buildDevice } from '../run/build-device.ts';
import { readProject } from '../run/read-project.ts';
import type { Context } from './context.ts';

/**
 * Reads a project for the machine that runs it. Without a path it is the project that runs on this machine, else the one
 * that `up` takes.
 *
 * @throws ProjectError, ProjectNotFoundError, ApiUnreachableError
 */
export async function readTargetProject(
  context: Pick<Context, 'client' | 'place' | 'target'>,
  options: ProjectOptions,
): Promise<Project> {
  const { client, place, target } = context;
  const device = target.session === null ? await deviceOf(client) : buildDevice(process.arch);
  return await readProject(
    { ...options, path: options.path ?? target.session?.project?.directory ?? null },
    place,
    device,
  );
}

/** Type and architecture of a device. */
export async function deviceOf({ http }: Context['client']): Promise<BuildDevice> {
  const { info } = await dataOf(http.GET('/v2/local/device-info'));
  return { type: info.deviceType, arch: info.arch };
}
