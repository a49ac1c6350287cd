import { prefixVolumes } from './prefix-volumes.ts';
import type { Project, ProjectFile, ProjectService } from './project.ts';

/** Target state v2 with a project as its only app, in the form in which the public command-line client sends it. */
export interface LocalTarget {
  readonly local: {
    readonly name?: string;
    readonly config?: Readonly<Record<string, string>>;
    readonly apps: Readonly<Record<string, unknown>>;
  };
}

/** Id of the app that local projects become; the names of its networks and volumes begin with it. */
export const LOCAL_APP_ID = 1;

/** Name of that app. */
export const LOCAL_APP_NAME = 'localapp';

/** Every local release has it; a change shows in the services themselves. */
const COMMIT = '10ca12e1ea5e';

/** The target that removes every app. */
export const EMPTY_TARGET: LocalTarget = { local: { apps: {} } };

export interface TargetOptions {
  /** Name and config that the device has now, and keeps. */
  readonly device?: { readonly name?: string; readonly config?: Readonly<Record<string, string>> };
  /** A prefix for the names of volumes, which separates the data of projects that share an engine. */
  readonly volumePrefix?: string;
}

/** The target state with a project as its only app. */
export function toTargetState(
  project: Pick<Project, 'services' | 'networks' | 'volumes' | 'configs' | 'secrets'>,
  { device = {}, volumePrefix = '' }: TargetOptions = {},
): LocalTarget {
  const { volumes, services } = prefixVolumes(project, volumePrefix);
  return {
    local: {
      ...device,
      apps: {
        [LOCAL_APP_ID]: {
          name: LOCAL_APP_NAME,
          commit: COMMIT,
          releaseId: '1',
          services: Object.fromEntries(
            services.map((service, index) => [String(index + 1), toService(service, index + 1)]),
          ),
          volumes,
          networks: project.networks,
          ...filesOf('configs', project.configs),
          ...filesOf('secrets', project.secrets),
        },
      },
    },
  };
}

function toService({ name, image, environment, labels, composition }: ProjectService, id: number): object {
  return { ...composition, environment, labels, imageId: id, serviceName: name, serviceId: id, image, running: true };
}

function filesOf(section: string, files: Readonly<Record<string, ProjectFile>>): object {
  return Object.keys(files).length === 0 ? {} : { [section]: files };
}
