import {
  bundleSupervisor,
  busyboxImage,
  connectEngine,
  startSupervisor,
  startTestEngine,
  waitFor,
} from '@device-supervisor/testbed';
import { beforeAll, expect, it } from 'vitest';

const APP = 90_071;

beforeAll(async () => {
  await bundleSupervisor();
});

function app(web: object, content: string): object {
  const service = { serviceName: 'web', imageId: 1, image: 'fields:1', environment: {}, labels: {}, secrets: ['key'] };
  const release = { commit: 'c1', releaseId: '1', services: { 1: { ...service, ...web } } };
  return { [APP]: { name: 'fields', ...release, secrets: { key: { content } } } };
}

it('limits change on the running container, secrets reach it, and changed ones replace it', async () => {
  await using engine = await startTestEngine();
  const cmd = ['sh', '-c', 'cat /run/secrets/key; echo; exec sleep 100000'];
  await busyboxImage(engine.endpoint, { tag: 'fields:1', cmd, stopSignal: 'SIGKILL' });
  const docker = connectEngine(engine.endpoint);
  const printed = (id: string, text: string): Promise<unknown> =>
    waitFor(`${text} in the logs`, async () => {
      const logs = await docker.getContainer(id).logs({ stdout: true, follow: false });
      return logs.toString().includes(text);
    });
  await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });

  await supervisor.apply(app({ mem_limit: '64m', cpus: 0.5 }, 'first-secret'));
  const { web: first = '' } = await supervisor.containers();
  const before = await docker.getContainer(first).inspect();
  await printed(first, 'first-secret');

  await supervisor.apply(app({ mem_limit: '128m', cpus: 1, restart: 'on-failure:3' }, 'first-secret'));
  expect((await supervisor.containers())['web']).toBe(first);
  const after = await docker.getContainer(first).inspect();
  expect(after.State.StartedAt).toBe(before.State.StartedAt);
  expect(after.HostConfig).toMatchObject({
    Memory: 128 * 2 ** 20,
    NanoCpus: 1e9,
    RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
  });

  await supervisor.apply(app({ links: ['db'] }, 'other-secret'));
  const { web: second = '' } = await supervisor.containers();
  expect(second).not.toBe(first);
  await printed(second, 'other-secret');
  expect(JSON.stringify(await docker.getContainer(second).inspect())).not.toContain('other-secret');
  expect(supervisor.output()).toContain("Service 'web': links has no effect: services of one network");
  expect(supervisor.output()).not.toMatch(/(first|other)-secret/);
  await supervisor.apply({});
});
