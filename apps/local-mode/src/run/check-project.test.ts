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
  return checkProject(await loadProject(folder, { environment: {} }));
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

it('says once what has no effect in several services', async () => {
  const remarks = await check(`x-service: &service { image: a, deploy: { mode: global }, ports: ["80"] }
services:
  one: *service
  two: *service
`);
  expect(remarks).toEqual([expect.stringMatching(/^one, two: deploy\.mode /)]);
});
