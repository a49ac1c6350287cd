import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProject, ProjectError } from '@device-supervisor/compose-project';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkProject } from './check-project.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function check(compose: string): Promise<readonly string[]> {
  await writeFile(join(folder, 'compose.yaml'), compose);
  return (await loadProject(folder, { environment: {}, check: checkProject })).remarks;
}

it('names the place of everything that cannot be applied, all at once', async () => {
  const faulty = `services:
  web:
    image: web
    mem_limit: banana
    ports:
      - "80:80"
      - "1:2:3:4"
    volumes: ["none:/data"]
`;
  await expect(check(faulty)).rejects.toThrow(ProjectError);
  await expect(check(faulty)).rejects.toMatchObject({
    details: {
      issues: expect.arrayContaining([
        expect.objectContaining({ position: { line: 4, column: 5 }, path: 'services.web.mem_limit' }),
        expect.objectContaining({ position: { line: 7, column: 9 }, path: 'services.web.ports.1' }),
        expect.objectContaining({ position: { line: 8, column: 15 }, path: 'services.web.volumes.0' }),
      ]),
    },
  });
});

it('finds faults of the form, of the files and of values in one run', async () => {
  const faulty = `services:
  web:
    image: "not an image"
    env_file: none.env
    ports: 80
    depends_on: [none]
    networks: [back]
    shm_size: banana
  other:
    image: other
    volumes: ["/sys:/sys", "data:relative"]
networks:
  back: { ipam: { config: [{ subnet: 300.0.0.0/8 }] } }
volumes: { data: }
`;
  const faults = await check(faulty).catch((error: unknown) => (error instanceof ProjectError ? error.message : ''));
  const lines = String(faults).replaceAll(`${folder}/`, '').split('\n');
  expect(lines.map((line) => line.split(': ', 2).join(' '))).toEqual([
    'compose.yaml:3:5 services.web.image',
    'compose.yaml:4:5 services.web.env_file',
    'compose.yaml:5:5 services.web.ports',
    'compose.yaml:6:18 services.web.depends_on.0',
    'compose.yaml:8:5 services.web.shm_size',
    'compose.yaml:11:28 services.other.volumes.1',
    'compose.yaml:13:30 networks.back.ipam.config.0.subnet',
  ]);
});

it('says once what has no effect in several services', async () => {
  const remarks = await check(`x-service: &service { image: a, deploy: { mode: global }, ports: ["80:80"] }
services:
  one: *service
  two: *service
`);
  expect(remarks).toEqual([expect.stringMatching(/^deploy\.mode .*: one, two$/)]);
});
