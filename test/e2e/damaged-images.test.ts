import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import {
  bundleSupervisor,
  busyboxImage,
  connectEngine,
  pushImage,
  startSupervisor,
  startTestEngine,
  waitFor,
  type SupervisorProcess,
  type TestEngine,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { cutPower, loseLayer } from './cut-power.ts';

const APP = 90_045;
/** Their lowest layer is the same. */
const IMAGES = ['damaged-web:1', 'damaged-db:1'] as const;

const BOTH = { until: (names: readonly string[]) => names.join() === 'db,web' };

let engine: TestEngine;
let supervisor: SupervisorProcess;
let directory: string;

beforeAll(async () => {
  await bundleSupervisor();
  const builder = inject('engineEndpoint');
  for (const tag of IMAGES) {
    await busyboxImage(builder, { tag, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL', files: { '/name': tag } });
    await pushImage(builder, inject('registry'), tag);
  }
  directory = await mkdtemp(join(tmpdir(), 'boot-'));
});

beforeEach(async () => {
  await writeFile(join(directory, 'boot_id'), 'boot-1\n');
  engine = await startTestEngine();
  const environment = { BOOT_ID_PATH: join(directory, 'boot_id') };
  supervisor = await startSupervisor({ engineEndpoint: engine.endpoint, environment });
});

afterEach(async () => {
  await supervisor[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const referenceOf = (image: string) => `${inject('registry')}/${image}`;

function target(): object {
  const services = IMAGES.map((image, index) => {
    const serviceName = image.startsWith('damaged-web') ? 'web' : 'db';
    return [index + 1, { serviceName, imageId: index + 1, image: referenceOf(image), environment: {}, labels: {} }];
  });
  return { [APP]: { name: 'app', commit: 'c1', releaseId: '1', services: Object.fromEntries(services) } };
}

/** Names of the services whose containers run, from images whose programs are there. */
async function working(): Promise<string[]> {
  const containers = await connectEngine(engine.endpoint).listContainers({ filters: { status: ['running'] } });
  const services = containers.map(({ Labels }) => Labels['io.balena.service-name'] ?? '').sort();
  const programs = await Promise.allSettled(IMAGES.map(async (image) => await stat(await programOf(image))));
  return programs.every((one) => one.status === 'fulfilled' && one.value.size > 0) ? services : [];
}

/** Path of the program in the lowest layer of an image, which others share. */
async function programOf(image: string): Promise<string> {
  const inspected = JSON.stringify(await connectEngine(engine.endpoint).getImage(referenceOf(image)).inspect());
  const lower = /"LowerDir":"([^"]+)"/.exec(inspected)?.[1]?.split(':').at(-1);
  if (lower === undefined) throw new Error(`the engine names no lower directory of ${image}`);
  return join(lower, 'bin/busybox');
}

describe('a power cut that takes a layer which two images share', () => {
  it('costs both their images, which are removed together and fetched again', async () => {
    await supervisor.apply(target());
    const program = await programOf(IMAGES[0]);
    await supervisor.kill();
    await cutPower(engine, () => loseLayer(resolve(program, '../../..')));
    await supervisor.start();
    await waitFor('both services to work again', working, BOTH);
    expect(await working()).toEqual(['db', 'web']);
    await supervisor.apply({});
  });
});

describe('a power cut that leaves a program with 0 bytes', () => {
  it('costs the image, which is fetched again when its containers have crashed a few times', async () => {
    await supervisor.apply(target());
    const program = await programOf(IMAGES[0]);
    await supervisor.kill();
    await writeFile(join(directory, 'boot_id'), 'boot-2\n');
    await cutPower(engine, () => truncate(program, 0));
    await supervisor.start();
    await waitFor('both services to work again', working, BOTH);
    expect(await working()).toEqual(['db', 'web']);
    await supervisor.apply({});
  });
});
