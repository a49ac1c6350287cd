import { expect, it } from 'vitest';
import type { Project, ProjectService } from './project.ts';
import { toTargetState } from './to-target-state.ts';

const SERVICE: ProjectService = {
  name: 'main',
  image: 'local_image_main:latest',
  build: null,
  environment: { A: '1' },
  labels: { 'io.balena.features.supervisor-api': '1' },
  composition: {
    restart: 'always',
    volumes: [
      'data:/data:ro',
      '/data',
      'shared:/shared',
      { type: 'volume', source: 'data', target: '/again' },
      { type: 'tmpfs', target: '/tmp' },
    ],
  },
  dependencies: [],
  watch: [],
};

const PROJECT: Pick<Project, 'services' | 'networks' | 'volumes' | 'configs' | 'secrets'> = {
  services: [SERVICE],
  networks: { default: {} },
  volumes: { data: null, shared: { external: true } },
  configs: {},
  secrets: { token: { content: 'x' } },
};

it('has the form in which the public client sends a project', () => {
  expect(toTargetState(PROJECT, { device: { name: 'mydevice', config: {} } })).toEqual({
    local: {
      name: 'mydevice',
      config: {},
      apps: {
        1: {
          name: 'localapp',
          commit: '10ca12e1ea5e',
          releaseId: '1',
          services: {
            1: {
              ...SERVICE.composition,
              environment: { A: '1' },
              labels: { 'io.balena.features.supervisor-api': '1' },
              imageId: 1,
              serviceName: 'main',
              serviceId: 1,
              image: 'local_image_main:latest',
              running: true,
            },
          },
          volumes: PROJECT.volumes,
          networks: PROJECT.networks,
          secrets: PROJECT.secrets,
        },
      },
    },
  });
});

it('separates the volumes of projects by a prefix, and leaves external ones alone', () => {
  expect(toTargetState(PROJECT, { volumePrefix: 'shop_' }).local.apps).toMatchObject({
    1: {
      volumes: { shop_data: null, shared: { external: true } },
      services: {
        1: {
          volumes: [
            'shop_data:/data:ro',
            '/data',
            'shared:/shared',
            { type: 'volume', source: 'shop_data', target: '/again' },
            { type: 'tmpfs', target: '/tmp' },
          ],
        },
      },
    },
  });
});
