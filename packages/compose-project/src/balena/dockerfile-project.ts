import type { DockerfileLocation } from '../files/locate-project.ts';
import { builtImage, type Project } from '../project.ts';
import type { ServiceContext } from '../service/service-context.ts';
import { chooseDockerfile } from './choose-dockerfile.ts';

const SERVICE = 'main';

/** Labels that the public client gives the only service of a project without a compose file. */
const LABELS = ['kernel-modules', 'firmware', 'dbus', 'supervisor-api', 'resin-api'];

/** A folder with a Dockerfile alone: one service with the run of the device, as the public client sets it up. */
export async function dockerfileProject(
  { file, directory }: DockerfileLocation,
  { device, projectName, fault }: Pick<ServiceContext, 'device' | 'projectName' | 'fault'>,
): Promise<Project> {
  const dockerfile = await chooseDockerfile(
    { folder: directory, path: file },
    { device, names: { app: projectName, service: SERVICE }, fault: (message) => fault([], message) },
  );
  return {
    name: projectName,
    directory,
    files: [file],
    services: [
      {
        name: SERVICE,
        image: builtImage(SERVICE),
        build: {
          context: directory,
          dockerfile,
          args: {},
          labels: {},
          tags: [],
          target: null,
          network: null,
          cacheFrom: [],
          noCache: false,
          pull: false,
          addBusybox: false,
          secrets: {},
          additionalContexts: {},
        },
        environment: {},
        labels: Object.fromEntries(LABELS.map((name) => [`io.resin.features.${name}`, '1'])),
        composition: {
          privileged: true,
          tty: true,
          restart: 'always',
          network_mode: 'host',
          volumes: ['resin-data:/data'],
        },
        dependencies: [],
        watch: [],
      },
    ],
    networks: {},
    volumes: { 'resin-data': {} },
    configs: {},
    secrets: {},
    buildSecrets: {},
    remarks: [],
    locate: () => ({ file, line: 1, column: 1 }),
  };
}
