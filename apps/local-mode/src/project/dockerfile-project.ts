import { basename } from 'node:path';
import type { ProjectLocation } from './locate-project.ts';
import { builtImage, type Project } from './project.ts';

const SERVICE = 'main';

/**
 * A folder with a Dockerfile alone: one service with the run of the device, as the public command-line client sets it up.
 */
export function dockerfileProject({ file, directory }: ProjectLocation): Project {
  return {
    name: basename(directory),
    directory,
    file,
    services: [
      {
        name: SERVICE,
        image: builtImage(SERVICE),
        build: {
          context: directory,
          dockerfile: { kind: 'file', path: file },
          args: {},
          labels: {},
          target: null,
          network: null,
          noCache: false,
          pull: false,
          addBusybox: false,
        },
        environment: {},
        labels: {
          'io.resin.features.kernel-modules': '1',
          'io.resin.features.firmware': '1',
          'io.resin.features.dbus': '1',
          'io.resin.features.supervisor-api': '1',
          'io.resin.features.resin-api': '1',
        },
        composition: {
          privileged: true,
          tty: true,
          restart: 'always',
          network_mode: 'host',
          volumes: ['resin-data:/data'],
        },
        dependencies: [],
      },
    ],
    networks: {},
    volumes: { 'resin-data': {} },
    remarks: [],
  };
}
