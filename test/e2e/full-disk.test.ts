import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  bundleSupervisor,
  busyboxImage,
  pushImage,
  startSupervisor,
  startTestEngine,
  waitFor,
} from '@device-supervisor/testbed';
import { beforeAll, expect, inject, it } from 'vitest';

const APP = 90_004;
const MEGABYTE = 1_000_000;

const run = promisify(execFile);

beforeAll(async () => {
  await bundleSupervisor();
});

/** A file system of its own, of so many megabytes. */
async function mountSmallDisk(megabytes: number): Promise<AsyncDisposable & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'small-disk', directory]);
  return {
    directory,
    async [Symbol.asyncDispose]() {
      await run('umount', [directory]);
      await rm(directory, { recursive: true });
    },
  };
}

it('an image that does not fit on the disk is named with the reason, and the other services run on', async () => {
  await using disk = await mountSmallDisk(60);
  await using engine = await startTestEngine({ parentDirectory: disk.directory });
  const program = { cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' };
  await busyboxImage(engine.endpoint, { tag: 'small:1', ...program });
  await busyboxImage(inject('engineEndpoint'), {
    tag: 'big:1',
    ...program,
    files: { '/big': '0'.repeat(90 * MEGABYTE) },
  });
  const { reference } = await pushImage(inject('engineEndpoint'), inject('registry'), 'big:1');

  await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
  const service = (index: number, serviceName: string, image: string): object => ({
    [index]: { serviceName, imageId: index, image, environment: {}, labels: {} },
  });
  const services = { ...service(1, 'small', 'small:1'), ...service(2, 'big', reference) };
  const apps = { [APP]: { name: 'e2e', commit: 'c1', releaseId: '1', services } };
  await supervisor.post('/v2/local/target-state', { local: { apps } });

  await waitFor('the full disk to be reported', () =>
    supervisor.output().includes(`Failed to download image '${reference}'`),
  );
  expect(supervisor.output()).toMatch(/Failed to download image '\S+' due to '.*no space left/);
  await waitFor('the other service to run', () => supervisor.output().includes("Started service 'small'"));
  expect(Object.keys(await supervisor.containers())).toContain('small');
  expect((await fetch(supervisor.url('/v1/healthy'))).status).toBe(200);
  await supervisor.apply({});
});
