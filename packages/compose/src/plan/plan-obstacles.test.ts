import { describe, expect, it } from 'vitest';
import type { TargetState } from '@device-supervisor/state';
import type { EngineSnapshot } from '../observed.ts';
import { NO_REQUESTS } from '../plan-input.ts';
import { reachedSnapshot, testImage, testImageRecords, testTarget } from '../testing/fixtures.ts';
import { changeContainer, EMPTY_ENGINE, printPlan, printUpdate } from '../testing/print-plan.ts';

describe('dependencies', () => {
  const healthy = { composition: { depends_on: { db: { condition: 'service_healthy' } } } };

  it('start first, and stop last', () => {
    const from = testTarget({ services: { web: { composition: { depends_on: ['db'] } }, db: {} } });
    const to = testTarget({
      services: {
        web: { composition: { depends_on: ['db'] }, environment: { A: '1' } },
        db: { environment: { A: '1' } },
      },
    });
    expect(printUpdate(from, to)).toBe(
      [
        'acquire-locks 1: to stop db',
        'rename-container db_2_1_c1: environment A [after acquire-locks 1]',
        'create-container db_2_1_c1: environment A [after acquire-locks 1, rename-container db_2_1_c1]',
        'rename-container web_1_1_c1: environment A [after acquire-locks 1]',
        'create-container web_1_1_c1: environment A [after acquire-locks 1, rename-container web_1_1_c1]',
        'stop-container web_1_1_c1: environment A [after acquire-locks 1, create-container web_1_1_c1]',
        'stop-container db_2_1_c1: environment A [after acquire-locks 1, create-container db_2_1_c1, stop-container web_1_1_c1]',
        'start-container db_2_1_c1: environment A [after create-container db_2_1_c1, stop-container db_2_1_c1]',
        'start-container web_1_1_c1: environment A [after create-container web_1_1_c1, stop-container web_1_1_c1, start-container db_2_1_c1]',
        'remove-container db_2_1_c1: environment A [after stop-container db_2_1_c1, start-container db_2_1_c1]',
        'remove-container web_1_1_c1: environment A [after stop-container web_1_1_c1, start-container web_1_1_c1]',
        'release-locks 1: done [after remove-container db_2_1_c1, remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('are waited for until they are healthy; the container is ready by then', () => {
    const target = testTarget({ services: { web: healthy, db: {} } });
    const images = [testImage('web:1'), testImage('db:1')];
    expect(printPlan(target, { ...EMPTY_ENGINE, images })).toBe(
      [
        'create-network u1_default: does not exist',
        'create-container db_2_1_c1: does not exist [after create-network u1_default]',
        'create-container web_1_1_c1: does not exist [after create-network u1_default]',
        'start-container db_2_1_c1: does not exist [after create-container db_2_1_c1]',
        'blocked app 1 service web (dependency): depends_on: waits for db to be created',
      ].join('\n'),
    );
    const waiting = changeContainer(reachedSnapshot(target), 'web', { status: 'created', startedAt: null });
    expect(printPlan(target, changeContainer(waiting, 'db', { health: 'starting' }))).toBe(
      'blocked app 1 service web (dependency): depends_on: waits for db to be healthy',
    );
    expect(printPlan(target, changeContainer(waiting, 'db', { health: 'healthy' }))).toBe(
      'start-container web_1_1_c1: was never started',
    );
  });

  it('are waited for, and it is said why, where they are to be healthy and have no health check', () => {
    const target = testTarget({ services: { web: healthy, db: {} } });
    const snapshot = changeContainer(reachedSnapshot(target), 'web', { status: 'created', startedAt: null });
    expect(printPlan(target, snapshot)).toBe(
      'blocked app 1 service web (dependency): depends_on: waits for db to be healthy, but db has no health check',
    );
  });

  it.each([
    ['runs', { status: 'running' }, 'blocked app 1 service web (dependency): depends_on: waits for db to complete'],
    [
      'failed',
      { status: 'exited', exitCode: 3 },
      'blocked app 1 service web (dependency): depends_on: waits for db to complete, but it failed with exit code 3',
    ],
    ['is done', { status: 'exited', exitCode: 0 }, 'start-container web_1_1_c1: was never started'],
  ] as const)('are waited for until they are complete: one that %s', (_, fields, expected) => {
    const target = testTarget({
      services: {
        web: { composition: { depends_on: { db: { condition: 'service_completed_successfully' } } } },
        db: { composition: { restart: 'no' } },
      },
    });
    const waiting = changeContainer(reachedSnapshot(target), 'web', { status: 'created', startedAt: null });
    expect(printPlan(target, changeContainer(waiting, 'db', fields))).toBe(expected);
  });

  it('that form a cycle are refused by name, and do not block others', () => {
    const target = testTarget({
      services: { a: { composition: { depends_on: ['b'] } }, b: { composition: { depends_on: ['a'] } }, web: {} },
    });
    expect(printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')] })).toBe(
      [
        'create-network u1_default: does not exist',
        'create-container web_3_1_c1: does not exist [after create-network u1_default]',
        'start-container web_3_1_c1: does not exist [after create-container web_3_1_c1]',
        'blocked app 1 service a (invalid): depends_on: cycle a → b → a',
        'blocked app 1 service b (invalid): depends_on: cycle a → b → a',
      ].join('\n'),
    );
  });

  it('on whose network a service runs come first, and it is replaced along with them', () => {
    const from = testTarget({ services: { vpn: {}, app: { composition: { network_mode: 'service:vpn' } } } });
    const snapshot = reachedSnapshot(from);
    const joined = changeContainer(snapshot, 'app', ({ config }) => ({
      config: { ...config, networkMode: 'container:c-1-vpn', hostname: 'of-the-other' },
    }));
    expect(printPlan(from, joined)).toBe('');
    const to = testTarget({
      services: { vpn: { environment: { A: '1' } }, app: { composition: { network_mode: 'service:vpn' } } },
    });
    expect(printPlan(to, joined)).toBe(
      [
        'acquire-locks 1: to stop vpn',
        'rename-container vpn_1_1_c1: environment A [after acquire-locks 1]',
        'create-container vpn_1_1_c1: environment A [after acquire-locks 1, rename-container vpn_1_1_c1]',
        'stop-container app_2_1_c1: the container of vpn is replaced [after acquire-locks 1, create-container vpn_1_1_c1]',
        'stop-container vpn_1_1_c1: environment A [after acquire-locks 1, create-container vpn_1_1_c1, stop-container app_2_1_c1]',
        'remove-container app_2_1_c1: the container of vpn is replaced [after stop-container app_2_1_c1]',
        'start-container vpn_1_1_c1: environment A [after create-container vpn_1_1_c1, stop-container vpn_1_1_c1]',
        'remove-container vpn_1_1_c1: environment A [after stop-container vpn_1_1_c1, start-container vpn_1_1_c1]',
        'release-locks 1: done [after remove-container app_2_1_c1, remove-container vpn_1_1_c1]',
        'blocked app 1 service app (dependency): network_mode: waits for the container of vpn',
      ].join('\n'),
    );
  });
});

describe('networks and volumes', () => {
  it('a network that changed is replaced once the containers on it are gone', () => {
    const services = { web: { composition: { networks: ['back'] } }, other: {} };
    const from = testTarget({ services, networks: { back: {} } });
    const to = testTarget({ services, networks: { back: { internal: true } } });
    expect(printUpdate(from, to)).toBe(
      [
        'acquire-locks 1: to stop web',
        'rename-container web_1_1_c1: network u1_back is replaced [after acquire-locks 1]',
        'create-container web_1_1_c1: network u1_back is replaced [after acquire-locks 1, rename-container web_1_1_c1]',
        'stop-container web_1_1_c1: network u1_back is replaced [after acquire-locks 1, create-container web_1_1_c1]',
        'remove-network u1_back: internal false → true [after stop-container web_1_1_c1]',
        'create-network u1_back: internal false → true [after remove-network u1_back]',
        'start-container web_1_1_c1: network u1_back is replaced [after create-container web_1_1_c1, stop-container web_1_1_c1, create-network u1_back]',
        'remove-container web_1_1_c1: network u1_back is replaced [after stop-container web_1_1_c1, start-container web_1_1_c1]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('a network that the release does not have is removed', () => {
    const from = testTarget({ services: { web: {} }, networks: { back: {} } });
    expect(printUpdate(from, testTarget({ services: { web: {} } }))).toBe(
      'remove-network u1_back: is not in the release',
    );
  });

  it('a volume that changed keeps its data, and it is said', () => {
    const services = { web: { composition: { volumes: ['data:/data'] } } };
    const from = testTarget({ services, volumes: { data: {} } });
    const to = testTarget({ services, volumes: { data: { driver: 'other' } } });
    expect(printUpdate(from, to)).toBe(
      'notice app 1: volumes.data driver local → other is not applied: the volume holds data and stays as it is; purge the app, or allow it with the label io.balena.volume.recreate',
    );
  });

  it('a volume without labels that our container mounts is ours: the engine made it for that', () => {
    const services = { web: { composition: { volumes: ['data:/data'] } } };
    const target = testTarget({ services, volumes: { data: {} } });
    const snapshot = reachedSnapshot(target);
    const config = { driver: 'local', driverOpts: {}, labels: {} };
    const bare = { ...snapshot, volumes: [{ name: '1_data', supervised: false, appUuid: null, config }] };
    expect(printPlan(target, bare)).toBe('');
    const others = { ...bare, containers: bare.containers.map((one) => ({ ...one, identity: null })) };
    expect(printPlan(target, others)).toContain('a volume 1_data exists that is not ours');
    const policy = { mountedVolumes: new Set(['1_data']) };
    expect(printPlan(target, { ...bare, containers: [] }, { policy })).toContain('create-container web_1_1_c1');
  });

  it('names that others have are left to them', () => {
    const target = testTarget({
      services: { web: { composition: { volumes: ['data:/data'] } } },
      volumes: { data: {} },
    });
    const snapshot = reachedSnapshot(target);
    const foreign = {
      ...snapshot,
      containers: [],
      volumes: snapshot.volumes.map((one) => ({ ...one, supervised: false })),
    };
    expect(printPlan(target, foreign)).toBe(
      'blocked app 1 service web (name-taken): volumes.data: a volume 1_data exists that is not ours; remove or rename it',
    );
  });
});

describe('an app that is not in the target', () => {
  const target = testTarget({ services: { web: { composition: { volumes: ['data:/data'] } } }, volumes: { data: {} } });
  const snapshot = reachedSnapshot(target);
  const none: TargetState = { config: {}, apps: {} };
  const images = testImageRecords(target, snapshot);

  it('is removed with its containers, networks, volumes and images', () => {
    expect(printPlan(none, snapshot, { images })).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: the app is not in the target [after acquire-locks 1]',
        'remove-container web_1_1_c1: the app is not in the target [after stop-container web_1_1_c1]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
        'remove-network u1_default: the app is not in the target [after remove-container web_1_1_c1]',
        'remove-volume 1_data: the app is not in the target [after remove-container web_1_1_c1]',
        'remove-image web:1: nothing needs it any more [after remove-container web_1_1_c1]',
        'forget-image web:1 for 1: nothing needs it any more [after remove-container web_1_1_c1, remove-image web:1]',
      ].join('\n'),
    );
  });

  it('leaves its volumes to the app that has its id and another uuid now', () => {
    const [app] = Object.values(target.apps);
    const renamed: TargetState = { config: {}, apps: app === undefined ? {} : { u2: { ...app, uuid: 'u2' } } };
    const text = printPlan(renamed, snapshot, { images });
    expect(text).toContain('create-container web_1_1_c1');
    expect(text).not.toContain('remove-volume');
    expect(text).not.toContain('notice');
  });

  it('leaves the image that another app is about to use, also before that app has claimed it', () => {
    const other = testTarget({ services: {} }, { services: { worker: { image: 'web:1' } } });
    const text = printPlan(other, snapshot, { images });
    expect(text).toContain('remove-container web_1_1_c1');
    expect(text).toContain('forget-image web:1 for 1');
    expect(text).not.toContain('remove-image');
  });

  it('remembers an image that a foreign container uses, and removes it when that one is gone', () => {
    const isUsed = { ...snapshot, images: snapshot.images.map((image) => ({ ...image, usedByOthers: true as const })) };
    expect(printPlan(none, isUsed, { images })).not.toMatch(/(remove|forget)-image/);
    expect(printPlan(none, { ...EMPTY_ENGINE, images: snapshot.images }, { images })).toContain('remove-image web:1');
  });

  it('holds nothing up with an image that cannot be removed', () => {
    const paused = new Map([['remove-image web:1', 'it has dependent child images']]);
    expect(printPlan(none, { ...EMPTY_ENGINE, images: snapshot.images }, { images, policy: { paused } })).toBe(
      'blocked app 1 service web (cleanup): it has dependent child images',
    );
  });

  it('leaves volumes and images behind where they are kept', () => {
    const text = printPlan(none, snapshot, { images, policy: { keepImages: 'all', keepVolumes: true } });
    expect(text).not.toMatch(/remove-(volume|image)/);
    expect(text).toContain('forget-image web:1 for 1');
  });

  it('does not touch what is not supervised', () => {
    const foreign: EngineSnapshot = {
      ...EMPTY_ENGINE,
      containers: [],
      images: snapshot.images,
      networks: snapshot.networks.map((one) => ({ ...one, supervised: false })),
      volumes: snapshot.volumes.map((one) => ({ ...one, supervised: false })),
    };
    expect(printPlan(none, foreign)).toBe('');
  });
});

describe('what cannot be applied', () => {
  it('is named by service and field, and does not block others', () => {
    const target = testTarget({ services: { bad: { composition: { ports: ['nonsense'] } }, web: {} } });
    const text = printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')] });
    expect(text).toContain('start-container web_2_1_c1');
    expect(text).toContain(
      "blocked app 1 service bad (invalid): ports[0]: 'nonsense' is not a port; write e.g. 80, 8080:80 or 127.0.0.1:8080:80/udp",
    );
  });

  it('leaves the container of the service that runs now', () => {
    const from = testTarget({ services: { web: {} } });
    const to = testTarget({ services: { web: { composition: { restart: 'sometimes' } } } });
    expect(printUpdate(from, to)).toBe(
      "blocked app 1 service web (invalid): restart: 'sometimes' is not one of no, always, unless-stopped, on-failure, on-failure:<retries>",
    );
  });

  it('is said when the service runs without it', () => {
    const target = testTarget({ services: { web: { composition: { volumes: ['/etc:/etc'], links: ['db'] } } } });
    expect(printPlan(target, reachedSnapshot(target))).toBe(
      [
        'notice app 1 service web: volumes[0] paths of the host are not mounted on a device; put files into the image, or use a named volume or a label io.balena.features.*',
        'notice app 1 service web: links has no effect: services of one network reach each other by name; use aliases of networks for other names',
      ].join('\n'),
    );
  });
});

describe('a release that the device is not fit for', () => {
  const contract = { type: 'sw.container', requires: [{ type: 'sw.supervisor', version: '>=99' }] };

  it('changes nothing, and it is said why', () => {
    const from = testTarget({ services: { web: {} } });
    const to = testTarget({ commit: 'c2', services: { web: { image: 'web:2', contract } } });
    expect(printUpdate(from, to)).toBe(
      'blocked app 1 (contract): web: sw.supervisor >=99 is required, and the device has 17.0.0',
    );
  });

  it('does not hold up another app', () => {
    const to = testTarget({ services: { web: { contract } } }, { services: { db: {} } });
    const plan = printPlan(to, EMPTY_ENGINE);
    expect(plan).toContain('start-container db_101_1_c1');
    expect(plan).not.toContain('web:1');
  });

  it('runs without a service that is optional', () => {
    const to = testTarget({
      services: { web: { contract, labels: { 'io.balena.features.optional': '1' } }, db: {} },
    });
    const plan = printPlan(to, EMPTY_ENGINE);
    expect(plan).toContain('start-container db_2_1_c1');
    expect(plan).not.toContain('pull-image web:1');
    expect(plan).toContain('notice app 1 service web: contract');
  });
});

describe('volumes that may be erased', () => {
  const services = { web: { composition: { volumes: ['data:/data'] } }, side: {} };

  it('a volume whose driver options changed is replaced where its label allows it, after the containers that use it', () => {
    const label = { labels: { 'io.balena.volume.recreate': '1' } };
    const from = testTarget({ services, volumes: { data: label } });
    const to = testTarget({ services, volumes: { data: { ...label, driver_opts: { type: 'tmpfs' } } } });
    expect(printUpdate(from, to)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: volume 1_data is replaced [after acquire-locks 1]',
        'remove-container web_1_1_c1: volume 1_data is replaced [after stop-container web_1_1_c1]',
        'remove-volume 1_data: driverOpts [after remove-container web_1_1_c1]',
        'create-volume 1_data: driverOpts [after remove-volume 1_data]',
        'create-container web_1_1_c1: volume 1_data is replaced [after acquire-locks 1, remove-container web_1_1_c1, create-volume 1_data]',
        'start-container web_1_1_c1: volume 1_data is replaced [after create-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('a volume that only gets the label keeps its data', () => {
    const from = testTarget({ services, volumes: { data: {} } });
    const to = testTarget({ services, volumes: { data: { labels: { 'io.balena.volume.recreate': '1' } } } });
    expect(printUpdate(from, to)).toMatch(
      /^notice app 1: volumes\.data labels io\.balena\.volume\.recreate is not applied/,
    );
  });

  it('an app that is purged gets new containers and empty volumes', () => {
    const target = testTarget({ services, volumes: { data: {} } });
    const requests = {
      ...NO_REQUESTS,
      containers: new Map([
        ['c-1-web', 'replace'],
        ['c-1-side', 'replace'],
      ] as const),
      purge: new Set(['1_data']),
    };
    const plan = printPlan(target, reachedSnapshot(target), { policy: { requests } });
    expect(plan).toContain('remove-volume 1_data: a client asked to empty it [after remove-container web_1_1_c1]');
    expect(plan).toContain('remove-container side_2_1_c1: a client asked for it');
  });
});

describe('an image that lost its name', () => {
  const target = testTarget({ services: { web: {}, side: {} } });
  const snapshot = reachedSnapshot(target);
  const rebuilt = {
    ...snapshot,
    containers: snapshot.containers.map((one) => ({ ...one, imageId: 'sha256:before' })),
    images: snapshot.images.filter(({ tags }) => !tags.includes('side:1')),
  };

  it('goes with the last container that was made from it', () => {
    const all = { ...rebuilt, images: snapshot.images };
    expect(printPlan(target, all, { policy: { keepImages: 'all' } })).toBe(
      [
        'acquire-locks 1: to stop web',
        'rename-container web_1_1_c1: image web:1 has new content [after acquire-locks 1]',
        'create-container web_1_1_c1: image web:1 has new content [after acquire-locks 1, rename-container web_1_1_c1]',
        'rename-container side_2_1_c1: image side:1 has new content [after acquire-locks 1]',
        'create-container side_2_1_c1: image side:1 has new content [after acquire-locks 1, rename-container side_2_1_c1]',
        'stop-container web_1_1_c1: image web:1 has new content [after acquire-locks 1, create-container web_1_1_c1]',
        'stop-container side_2_1_c1: image side:1 has new content [after acquire-locks 1, create-container side_2_1_c1]',
        'start-container web_1_1_c1: image web:1 has new content [after create-container web_1_1_c1, stop-container web_1_1_c1]',
        'start-container side_2_1_c1: image side:1 has new content [after create-container side_2_1_c1, stop-container side_2_1_c1]',
        'remove-container web_1_1_c1: image web:1 has new content [after stop-container web_1_1_c1, start-container web_1_1_c1]',
        'remove-container side_2_1_c1: image side:1 has new content [after stop-container side_2_1_c1, start-container side_2_1_c1]',
        'release-locks 1: done [after remove-container web_1_1_c1, remove-container side_2_1_c1]',
        'remove-image sha256:before: nothing names it any more [after remove-container web_1_1_c1, remove-container side_2_1_c1]',
      ].join('\n'),
    );
  });

  it('stays as long as a container uses it', () => {
    const paused = new Map([['pull-image side:1', 'not found']]);
    expect(printPlan(target, rebuilt, { policy: { paused } })).not.toContain('remove-image sha256:before');
  });
});
