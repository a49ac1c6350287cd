import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  bundleSupervisor,
  busyboxImage,
  pushImage,
  startRegistryProxy,
  startSupervisor,
  startTestEngine,
  waitFor,
} from '@device-supervisor/testbed';
import { beforeAll, expect, inject, it } from 'vitest';

const [FULL, OTHER] = [90_061, 90_062];
const MEGABYTE = 1_000_000;
const run = promisify(execFile);

beforeAll(async () => {
  await bundleSupervisor();
});

/** A small disk of its own, with a real file system. */
async function mountSmallDisk(megabytes: number): Promise<AsyncDisposable & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const file = `${directory}.img`;
  await run('truncate', ['--size', `${megabytes}M`, file]);
  await run('mkfs.ext4', ['-q', '-m', '0', file]);
  await run('mount', ['-o', 'loop', file, directory]);
  return {
    directory,
    async [Symbol.asyncDispose]() {
      await run('umount', [directory]);
      await rm(directory, { recursive: true });
      await rm(file);
    },
  };
}

function app(id: number, image: string, commit = 'c1'): object {
  const service = { serviceName: 'web', imageId: id, image, environment: {}, labels: {} };
  return { [id]: { name: `app${id}`, commit, releaseId: '1', services: { [id]: service } } };
}

it('an update that does not fit on the disk waits and breaks nothing, and comes when there is room', async () => {
  await using disk = await mountSmallDisk(100);
  await using engine = await startTestEngine({ parentDirectory: disk.directory });
  await using proxy = await startRegistryProxy(inject('registry'));
  const program = { cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' };
  await busyboxImage(engine.endpoint, { tag: 'small:1', ...program });
  const content = randomBytes(9 * MEGABYTE).toString('base64');
  await busyboxImage(inject('engineEndpoint'), { tag: 'space:1', ...program, files: { '/content': content } });
  await pushImage(inject('engineEndpoint'), inject('registry'), 'space:1');
  await writeFile(join(disk.directory, 'ballast'), randomBytes(60 * MEGABYTE));

  await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
  await supervisor.apply({ ...app(FULL, 'small:1'), ...app(OTHER, 'small:1') });
  const before = await supervisor.get('/v2/applications/state');
  const image = `${proxy.host}/space:1`;
  const apps = { ...app(FULL, image, 'c2'), ...app(OTHER, 'small:1', 'c2') };
  await supervisor.post('/v2/local/target-state', { local: { apps } });

  await waitFor('the shortage to be reported', () => supervisor.output().includes('has to wait'));
  expect(supervisor.output()).toMatch(
    new RegExp(
      `App ${FULL} has to wait: ${image}: about \\d+ MB are needed on the engine's disk, and \\d+ MB are free`,
    ),
  );
  await waitFor('the other app to be updated', () => supervisor.get('/v2/applications/state'), {
    until: (state) => JSON.stringify(state) !== JSON.stringify(before),
  });
  expect(supervisor.output()).not.toContain('Downloading image');
  expect(supervisor.output()).not.toMatch(/Killing service 'web'/);
  // Manifest and configuration once, regardless of how often it looked.
  expect(proxy.take().filter((request) => request.startsWith('GET'))).toEqual([
    'GET /v2/space/manifests/1',
    expect.stringMatching(/^GET \/v2\/space\/blobs\/sha256:/),
  ]);

  await rm(join(disk.directory, 'ballast'));
  // Any event of the engine makes it look again, long before its timer does.
  await busyboxImage(engine.endpoint, { tag: 'event:1', labels: { event: '1' } });
  await supervisor.applied();
  expect(supervisor.output()).toContain(`Downloaded image '${image}'`);
  await supervisor.apply({});
});
