import { busyboxImage, startCloudFixture, waitFor, type CloudFixture } from '@device-supervisor/testbed';
import { afterAll, beforeAll, expect, it } from 'vitest';

let fixture: CloudFixture;

beforeAll(async () => {
  fixture = await startCloudFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** The app of the supervisor itself, as a cloud adds it to a target. */
const OWN_APP = {
  uuid: 'e'.repeat(32),
  id: 90_201,
  name: 'amd64-supervisor',
  is_host: true,
  class: 'app',
} as const;

it('the supervisor as an app of the target is neither installed nor shown, and what the host runs of it stays', async () => {
  const { cloud, docker, engine } = fixture;
  // As the host starts it: nothing tells whose it is but its name.
  await busyboxImage(engine.endpoint, { tag: 'supervisor:1', cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  const own = await docker.createContainer({ name: 'balena_supervisor', Image: 'supervisor:1' });
  await own.start();
  const before = await own.inspect();

  const fleet = cloud.createFleet({ name: 'fleet' });
  const web = { image: await fixture.publish('web:1') };
  cloud.createRelease(fleet, { commit: 'c1', services: { web } });
  await using supervisor = await fixture.startDevice(fleet);
  const device = await supervisor.registered();
  device.origin = supervisor.url('');
  await waitFor('the report of the release', () => device.running === 'c1');
  const withKey = (path: string): string => `${path}?apikey=${String(device.reported.get('api_secret'))}`;

  const next = cloud.createRelease(fleet, { commit: 'c2', services: { web } });
  const service = { environment: {}, labels: {}, composition: {} };
  const ownService = { ...service, id: 90_202, image_id: 90_203, image: `${fixture.registry}/v2/another-supervisor` };
  const webService = { ...service, ...web, id: next.services['web']?.id, image_id: next.services['web']?.imageId };
  const { uuid: ownUuid, ...ownApp } = OWN_APP;
  device.target = {
    [device.uuid]: {
      name: device.name,
      config: {},
      apps: {
        [fleet.uuid]: {
          id: fleet.id,
          name: fleet.name,
          is_host: false,
          class: 'fleet',
          releases: { c2: { id: next.id, services: { web: webService } } },
        },
        [ownUuid]: { ...ownApp, releases: { s1: { id: 90_206, services: { main: ownService } } } },
      },
    },
  };
  await waitFor('the report of the next release', () => device.running === 'c2');
  await waitFor('nothing to be left to do', () => supervisor.get(withKey('/v3/plan')), {
    until: (plan) => JSON.stringify(plan).includes('"operations":[]'),
  });

  const containers = await docker.listContainers({ all: true });
  expect(containers.map(({ Names: [name = ''] }) => name).toSorted()).toEqual([
    '/balena_supervisor',
    expect.stringMatching(/^\/web_/),
  ]);
  const after = await own.inspect();
  expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
  const shown = await Promise.all(
    ['/v2/applications/state', '/v2/state/status', '/v3/state', '/v3/plan'].map((path) =>
      supervisor.get(withKey(path)),
    ),
  );
  const reports = JSON.stringify([shown, device.reports]);
  expect(reports).toContain('c2');
  for (const trace of [OWN_APP.uuid, OWN_APP.name, '/v2/another-supervisor', 'balena_supervisor']) {
    expect(reports).not.toContain(trace);
  }
});
