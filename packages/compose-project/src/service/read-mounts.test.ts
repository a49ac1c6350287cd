import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProjectFolder, type ProjectFolder } from '../testing/project-folder.ts';

let folder: ProjectFolder;
beforeEach(async () => {
  folder = await createProjectFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

it('keeps paths of the project, and says what a device and the engine do with them', async () => {
  await mkdir(join(folder.path, 'src'));
  const project = await folder.load({
    'compose.yaml': `
services:
  a:
    image: a
    volumes:
      - ./src:/src:ro
      - ./none.conf:/etc/none.conf
      - { type: bind, source: ./src, target: /other, bind: { create_host_path: false, propagation: rslave } }
  b: { image: b, volumes: ["./src:/src", "data:/data", "/anonymous"] }
volumes:
  data: { driver_opts: { type: none, o: "bind,ro", device: ./src } }
`,
  });
  const [a, b] = project.services;
  expect(a?.composition['volumes']).toEqual([
    `${folder.path}/src:/src:ro`,
    `${folder.path}/none.conf:/etc/none.conf`,
    { type: 'bind', source: `${folder.path}/src`, target: '/other', bind: { propagation: 'rslave' } },
  ]);
  expect(b?.composition['volumes']).toEqual([`${folder.path}/src:/src`, 'data:/data', '/anonymous']);
  expect(project.volumes).toMatchObject({ data: { driver_opts: { device: `${folder.path}/src` } } });
  expect(project.remarks).toEqual([
    'these paths of this machine are mounted, and a device refuses them; put the files into the image, or use a named volume: a ./src, a ./none.conf, b ./src',
    'these paths do not exist, and the engine makes empty folders of them: a ./none.conf',
  ]);
});

it('gives a label for what it grants, and keeps a mount that it would put elsewhere', async () => {
  // The place of a fault is that in the file, although labels replace the mounts before it.
  expect(
    await folder.faults({
      'compose.yaml':
        'services:\n  a:\n    image: a\n    volumes: ["/sys:/sys", "undeclared:/x", "/sys:/s", {type: bind, source: /nowhere, target: /n, bind: {create_host_path: false}}]',
    }),
  ).toEqual([
    'compose.yaml:4:28: services.a.volumes.1: volume undeclared is not declared in volumes',
    'compose.yaml:4:56: services.a.volumes.3: there is no /nowhere',
  ]);
  const { services } = await folder.load({
    'compose.yaml':
      'services: {a: {image: a, volumes: ["/proc:/host/proc:ro", "/var/run/docker.sock:/var/run/docker.sock"]}}',
  });
  expect(services).toMatchObject([
    {
      labels: { 'io.balena.features.procfs': '1', 'io.balena.features.balena-socket': '1' },
      composition: { volumes: ['/proc:/host/proc:ro'] },
    },
  ]);
});
