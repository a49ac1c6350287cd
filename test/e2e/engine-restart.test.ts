import { bundleSupervisor, busyboxImage, startSupervisor, startTestEngine, waitFor } from '@device-supervisor/testbed';
import { beforeAll, expect, it } from 'vitest';

const APP = 90_002;

function apps(environment: Readonly<Record<string, string>>): object {
  const service = { serviceName: 'web', imageId: 1, image: 'e2e:1', environment, labels: {} };
  return { [APP]: { name: 'e2e', commit: 'c1', releaseId: '1', services: { 1: service } } };
}

beforeAll(async () => {
  await bundleSupervisor();
});

it('an engine that is killed and started again is found again, and brought to the target that came meanwhile', async () => {
  await using engine = await startTestEngine();
  await busyboxImage(engine.endpoint, { tag: 'e2e:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
  await supervisor.apply(apps({ A: '1' }));
  const before = await supervisor.containers();

  await engine.kill();
  await waitFor('the loss to be noticed', () => supervisor.output().includes('The container engine is lost'));
  expect((await fetch(supervisor.url('/v1/healthy'))).status).toBe(200);
  await supervisor.post('/v2/local/target-state', { local: { apps: apps({ A: '2' }) } });
  await engine.revive();

  await supervisor.applied();
  expect(Object.keys(await supervisor.containers())).toEqual(['web']);
  expect(await supervisor.containers()).not.toEqual(before);
  await supervisor.apply({});
});
