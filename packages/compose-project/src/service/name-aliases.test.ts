import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProjectFolder, serviceOf, type ProjectFolder } from '../testing/project-folder.ts';

let folder: ProjectFolder;
beforeEach(async () => {
  folder = await createProjectFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

it('gives a service the names that its container and links have for docker compose', async () => {
  const project = await folder.load({
    'compose.yaml': `
services:
  web: { image: w, links: ["db:database", cache], depends_on: { cache: { condition: service_healthy } } }
  db: { image: d, container_name: shop-db, networks: [back, front] }
  cache: { image: c, container_name: cache }
  lone: { image: l, container_name: alone, network_mode: host }
networks: { back: , front: }
`,
  });
  const aliases = { aliases: ['shop-db', 'database'] };
  expect(serviceOf(project, 'db').composition).toEqual({ networks: { back: aliases, front: aliases } });
  expect(serviceOf(project, 'web').composition).toEqual({
    depends_on: { db: { condition: 'service_started' }, cache: { condition: 'service_healthy' } },
  });
  expect(serviceOf(project, 'cache').composition).toEqual({});
  expect(project.remarks).toEqual([
    'these names of containers and links become aliases of their service: db shop-db database',
    'these names of containers and links have no effect, because the service has no network of its own: lone alone',
  ]);
});

it('takes the namespaces and volumes of a container from its service', async () => {
  const project = await folder.load({
    'compose.yaml': `
services:
  vpn: { image: v, container_name: tunnel }
  web: { image: w, network_mode: "container:tunnel", pid: "container:tunnel", ipc: "service:vpn", volumes_from: ["container:tunnel:ro", vpn] }
`,
  });
  expect(serviceOf(project, 'web')).toMatchObject({
    composition: {
      network_mode: 'service:vpn',
      pid: 'service:vpn',
      ipc: 'service:vpn',
      volumes_from: ['vpn:ro', 'vpn'],
    },
    dependencies: ['vpn'],
  });
});

it('says which containers and links are out of reach', async () => {
  const outOfReach =
    'no service of the project has container_name: other, and other containers are out of reach; name a service, as service:<name>';
  expect(
    await folder.faults({
      'compose.yaml': `services:
  web:
    image: w
    network_mode: "container:other"
    volumes_from: [wab, "container:other"]
    links: [wab]
`,
    }),
  ).toEqual([
    `compose.yaml:4:5: services.web.network_mode: ${outOfReach}`,
    'compose.yaml:5:5: services.web.volumes_from: there is no service wab; did you mean web?',
    `compose.yaml:5:25: services.web.volumes_from.1: ${outOfReach}`,
    'compose.yaml:6:13: services.web.links.0: there is no service wab; did you mean web?',
  ]);
});
