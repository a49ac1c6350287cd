import { describe, expect, it } from 'vitest';
import type { TargetState } from '@device-supervisor/state';
import type { EngineSnapshot, ObservedContainer } from '../observed.ts';
import {
  reachedSnapshot,
  testImage,
  testImageRecords,
  testPlanInput,
  testTarget,
  type TestPlanInput,
} from '../testing/fixtures.ts';
import { formatPlan } from './format-plan.ts';
import { plan } from './plan.ts';

const NOTHING: EngineSnapshot = { containers: [], images: [], networks: [], volumes: [] };

function planned(target: TargetState, snapshot: EngineSnapshot, input?: TestPlanInput): string {
  return formatPlan(plan(testPlanInput(target, snapshot, input)));
}

/** The plan for a change of target on a device that has the images of both. */
function plannedUpdate(from: TargetState, to: TargetState, input?: TestPlanInput): string {
  const before = reachedSnapshot(from);
  const images = [...before.images, ...reachedSnapshot(to).images];
  const unique = [...new Map(images.map((image) => [image.id, image])).values()];
  return planned(to, { ...before, images: unique }, input);
}

function change(snapshot: EngineSnapshot, service: string, fields: Partial<ObservedContainer>): EngineSnapshot {
  const containers = snapshot.containers.map((one) =>
    one.identity?.serviceName === service ? { ...one, ...fields } : one,
  );
  return { ...snapshot, containers };
}

describe('a target that is reached', () => {
  it('asks for nothing', () => {
    const target = testTarget({
      services: {
        web: {
          labels: { 'io.balena.features.supervisor-api': '1' },
          composition: { volumes: ['data:/data'], ports: ['80:8080'] },
        },
        side: { composition: { network_mode: 'host' } },
      },
      volumes: { data: {} },
    });
    expect(planned(target, reachedSnapshot(target))).toBe('');
  });

  it('asks for nothing because of the alias that engines add', () => {
    const target = testTarget({ services: { web: { composition: { hostname: 'host' } } } });
    const snapshot = reachedSnapshot(target);
    const config = snapshot.containers[0]!.config;
    const endpoint = { aliases: ['host', 'web'], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
    expect(
      planned(target, change(snapshot, 'web', { config: { ...config, networks: { u1_default: endpoint } } })),
    ).toBe('');
  });

  it('asks for nothing when the app or the device is renamed', () => {
    const target = testTarget({ services: { web: {} } });
    const renamed = { ...target, apps: { u1: { ...target.apps['u1']!, name: 'other' } } };
    expect(planned(renamed, reachedSnapshot(target))).toBe('');
  });
});

describe('an app that is new on the device', () => {
  it('is downloaded, created and started, each service as soon as its own image is there', () => {
    const target = testTarget({
      services: { web: { composition: { volumes: ['data:/data'] } }, db: {} },
      volumes: { data: {} },
    });
    expect(planned(target, NOTHING)).toBe(
      [
        'create-network u1_default: does not exist',
        'create-volume 1_data: does not exist',
        'pull-image web:1: service web needs it',
        'save-image web:1 for 1/web: service web of release c1 needs it [after pull-image web:1]',
        'pull-image db:1: service db needs it',
        'save-image db:1 for 1/db: service db of release c1 needs it [after pull-image db:1]',
        'create-container web_1_1_c1: does not exist [after pull-image web:1, create-network u1_default, create-volume 1_data]',
        'create-container db_2_1_c1: does not exist [after pull-image db:1, create-network u1_default]',
        'start-container web_1_1_c1: does not exist [after create-container web_1_1_c1]',
        'start-container db_2_1_c1: does not exist [after create-container db_2_1_c1]',
      ].join('\n'),
    );
  });

  it('is not downloaded where the engine has the image already', () => {
    const target = testTarget({ services: { web: {} } });
    expect(planned(target, { ...NOTHING, images: [testImage('web:1')] }, { images: [] })).toBe(
      [
        'create-network u1_default: does not exist',
        'save-image web:1 for 1/web: service web of release c1 needs it',
        'create-container web_1_1_c1: does not exist [after create-network u1_default]',
        'start-container web_1_1_c1: does not exist [after create-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('gets the network supervisor0 when a service asks for the API, attached before it starts', () => {
    const target = testTarget({ services: { web: { labels: { 'io.resin.features.supervisor-api': '1' } } } });
    expect(planned(target, { ...NOTHING, images: [testImage('web:1')] })).toBe(
      [
        'create-network supervisor0: does not exist',
        'create-network u1_default: does not exist',
        'create-container web_1_1_c1: does not exist [after create-network u1_default, create-network supervisor0]',
        'connect-network web_1_1_c1 to supervisor0: does not exist [after create-container web_1_1_c1]',
        'start-container web_1_1_c1: does not exist [after create-container web_1_1_c1, connect-network web_1_1_c1 to supervisor0]',
      ].join('\n'),
    );
  });
});

describe('a new release', () => {
  const from = testTarget({ services: { web: {}, db: {} } });
  const to = testTarget({ commit: 'c2', services: { web: { image: 'web:2' }, db: { image: 'db:2' } } });

  it('is downloaded whole before the locks are taken and anything stops; locks are released last', () => {
    expect(planned(to, reachedSnapshot(from), { images: testImageRecords(from, reachedSnapshot(from)) })).toBe(
      [
        'pull-image web:2: service web needs it',
        'save-image web:2 for 1/web: service web of release c2 needs it [after pull-image web:2]',
        'pull-image db:2: service db needs it',
        'save-image db:2 for 1/db: service db of release c2 needs it [after pull-image db:2]',
        'acquire-locks 1: to stop web [after pull-image web:2, pull-image db:2]',
        'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1]',
        'remove-container web_1_1_c1: image web:1 → web:2 [after stop-container web_1_1_c1]',
        'stop-container db_2_1_c1: image db:1 → db:2 [after acquire-locks 1]',
        'remove-container db_2_1_c1: image db:1 → db:2 [after stop-container db_2_1_c1]',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1, remove-container web_1_1_c1, pull-image web:2]',
        'create-container db_2_1_c2: image db:1 → db:2 [after acquire-locks 1, remove-container db_2_1_c1, pull-image db:2]',
        'start-container web_1_1_c2: image web:1 → web:2 [after create-container web_1_1_c2]',
        'start-container db_2_1_c2: image db:1 → db:2 [after create-container db_2_1_c2]',
        'release-locks 1: done [after start-container web_1_1_c2, start-container db_2_1_c2]',
        'remove-image web:1: nothing needs it any more [after remove-container web_1_1_c1]',
        'forget-image web:1 for 1: nothing needs it any more [after remove-container web_1_1_c1, remove-image web:1]',
        'remove-image db:1: nothing needs it any more [after remove-container db_2_1_c1]',
        'forget-image db:1 for 1: nothing needs it any more [after remove-container db_2_1_c1, remove-image db:1]',
      ].join('\n'),
    );
  });

  it('goes on downloading while a service holds its update lock, and nothing else', () => {
    const input = { heldLocks: [{ appId: 1, service: 'db' }], images: testImageRecords(to, reachedSnapshot(to)) };
    expect(planned(to, reachedSnapshot(from), input)).toBe(
      [
        'pull-image web:2: service web needs it',
        'pull-image db:2: service db needs it',
        'blocked app 1 service db (locked): the service holds its update lock',
      ].join('\n'),
    );
  });

  it('takes held locks when it is forced', () => {
    const result = plan(
      testPlanInput(
        to,
        { ...reachedSnapshot(from), images: reachedSnapshot(to).images },
        {
          heldLocks: [{ appId: 1, service: 'db' }],
          policy: { forceLocks: true },
        },
      ),
    );
    expect(result.blocked).toEqual([]);
    expect(result.operations.find(({ kind }) => kind === 'acquire-locks')).toMatchObject({
      force: true,
      services: ['db', 'web'],
    });
  });

  it('changes nothing as long as one of its images cannot be had', () => {
    const input = {
      policy: { paused: new Map([['pull-image db:2', 'not found; next try in 1 s']]) },
      images: testImageRecords(to, reachedSnapshot(to)),
    };
    expect(planned(to, reachedSnapshot(from), input)).toBe(
      ['pull-image web:2: service web needs it', 'blocked app 1 service db (backoff): not found; next try in 1 s'].join(
        '\n',
      ),
    );
  });

  it('leaves a container in its place while the one to come is held back', () => {
    const changed = testTarget({ services: { web: { environment: { A: '1' } }, db: {} } });
    const input = { policy: { paused: new Map([['create-container web_1_1_c1', 'bad; next try in 1 s']]) } };
    expect(plannedUpdate(from, changed, input)).toBe('blocked app 1 service web (backoff): bad; next try in 1 s');
  });

  it('creates nothing while what it needs cannot be had', () => {
    const fresh = testTarget({ services: { web: {} } });
    const input = {
      policy: { paused: new Map([['pull-image web:1', 'not found; next try in 1 s']]) },
      images: testImageRecords(fresh, reachedSnapshot(fresh)),
    };
    expect(planned(fresh, NOTHING, input)).toBe(
      [
        'create-network u1_default: does not exist',
        'blocked app 1 service web (backoff): not found; next try in 1 s',
      ].join('\n'),
    );
  });

  it('leaves every container on a network that cannot be replaced yet', () => {
    const services = { web: {}, db: {} };
    const changed = testTarget({ services, networks: { default: { internal: true } } });
    const input = { policy: { paused: new Map([['create-container web_1_1_c1', 'bad; next try in 1 s']]) } };
    expect(plannedUpdate(from, changed, input)).toBe('blocked app 1 service web (backoff): bad; next try in 1 s');
  });

  it('renames the containers that are as it wants them', () => {
    const same = testTarget({ commit: 'c2', services: { web: {} } });
    expect(plannedUpdate(testTarget({ services: { web: {} } }), same)).toBe(
      [
        'acquire-locks 1: to rename web',
        'rename-container web_1_1_c1: belongs to release c2 now [after acquire-locks 1]',
        'release-locks 1: done [after rename-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('removes the services that it does not have, and frees their ports before others take them', () => {
    const ports = { composition: { ports: ['80:80'] } };
    expect(plannedUpdate(testTarget({ services: { old: ports } }), testTarget({ services: { fresh: ports } }))).toBe(
      [
        'acquire-locks 1: to stop old',
        'stop-container old_1_1_c1: the service is not in the release [after acquire-locks 1]',
        'remove-container old_1_1_c1: the service is not in the release [after stop-container old_1_1_c1]',
        'create-container fresh_1_1_c1: does not exist [after acquire-locks 1]',
        'start-container fresh_1_1_c1: does not exist [after create-container fresh_1_1_c1, stop-container old_1_1_c1]',
        'release-locks 1: done [after remove-container old_1_1_c1, start-container fresh_1_1_c1]',
      ].join('\n'),
    );
  });
});

describe('a service that differs', () => {
  const base = testTarget({ services: { web: { environment: { A: '1', SECRET: 'hunter2' } }, db: {} } });

  it('alone is replaced; the cause names the variables and never their values', () => {
    const changed = testTarget({ services: { web: { environment: { A: '2', SECRET: 'changed-secret' } }, db: {} } });
    const text = plannedUpdate(base, changed);
    expect(text).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: environment A, SECRET [after acquire-locks 1]',
        'remove-container web_1_1_c1: environment A, SECRET [after stop-container web_1_1_c1]',
        'create-container web_1_1_c1: environment A, SECRET [after acquire-locks 1, remove-container web_1_1_c1]',
        'start-container web_1_1_c1: environment A, SECRET [after create-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('is replaced when the same tag names another image', () => {
    const snapshot = reachedSnapshot(base);
    const images = snapshot.images.map((image) =>
      image.id === 'sha256:db:1' ? { ...image, id: 'sha256:rebuilt' } : image,
    );
    expect(planned(base, { ...snapshot, images })).toContain(
      'stop-container db_2_1_c1: image db:1 has new content [after acquire-locks 1]',
    );
  });

  it.each([
    [
      'was created and never started',
      { status: 'created', startedAt: null },
      'start-container web_1_1_c1: was never started',
    ],
    [
      'exited, and it is told to stay up',
      { status: 'exited', id: 'unseen' },
      'start-container web_1_1_c1: was found stopped',
    ],
    [
      'exited because its address was not there',
      { status: 'exited', error: 'bind: cannot assign requested address' },
      'start-container web_1_1_c1: its host address was not there',
    ],
    ['exited under our eyes', { status: 'exited' }, ''],
    ['restarts', { status: 'restarting' }, ''],
    ['is paused', { status: 'paused' }, ''],
    ['is being removed', { status: 'removing' }, 'blocked app 1 service web (engine): its container is being removed'],
  ] as const)('is started or left alone when it %s', (_, fields, expected) => {
    const target = testTarget({ services: { web: {} } });
    const snapshot = reachedSnapshot(target);
    const seenRunning = new Set(snapshot.containers.map(({ id }) => id));
    expect(planned(target, change(snapshot, 'web', fields), { policy: { seenRunning } })).toBe(expected);
  });

  it('is left alone when it ran once and does not restart', () => {
    const target = testTarget({ services: { job: { composition: { restart: 'no' } } } });
    const snapshot = change(reachedSnapshot(target), 'job', { status: 'exited' });
    expect(planned(target, snapshot, { policy: { seenRunning: new Set() } })).toBe('');
  });

  it('is stopped, and stays, when the target does not want it to run', () => {
    const stopped = testTarget({
      services: { web: { environment: { A: '1', SECRET: 'hunter2' }, running: false }, db: {} },
    });
    expect(plannedUpdate(base, stopped)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: the target wants it stopped [after acquire-locks 1]',
        'release-locks 1: done [after stop-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('is removed when it is dead, without being stopped', () => {
    const target = testTarget({ services: { web: {} } });
    const text = planned(target, change(reachedSnapshot(target), 'web', { status: 'dead' }));
    expect(text).toContain('remove-container web_1_1_c1: the container is dead [after acquire-locks 1]');
    expect(text).not.toContain('stop-container');
  });

  it('loses its second container', () => {
    const target = testTarget({ services: { web: {} } });
    const snapshot = reachedSnapshot(target);
    const copies = snapshot.containers.map((one) => ({ ...one, id: 'copy', name: 'web_1_1_c0' }));
    expect(planned(target, { ...snapshot, containers: [...copies, ...snapshot.containers] })).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c0: the service has another container [after acquire-locks 1]',
        'remove-container web_1_1_c0: the service has another container [after stop-container web_1_1_c0]',
        'release-locks 1: done [after remove-container web_1_1_c0]',
      ].join('\n'),
    );
  });
});

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
    const text = plannedUpdate(from, to);
    expect(text).toContain(
      'stop-container db_2_1_c1: environment A [after acquire-locks 1, stop-container web_1_1_c1]',
    );
    expect(text).toContain(
      'start-container web_1_1_c1: environment A [after create-container web_1_1_c1, start-container db_2_1_c1]',
    );
  });

  it('are waited for until they are healthy; the container is ready by then', () => {
    const target = testTarget({ services: { web: healthy, db: {} } });
    const images = [testImage('web:1'), testImage('db:1')];
    expect(planned(target, { ...NOTHING, images })).toBe(
      [
        'create-network u1_default: does not exist',
        'create-container db_2_1_c1: does not exist [after create-network u1_default]',
        'create-container web_1_1_c1: does not exist [after create-network u1_default]',
        'start-container db_2_1_c1: does not exist [after create-container db_2_1_c1]',
        'blocked app 1 service web (dependency): depends_on: waits for db to be created',
      ].join('\n'),
    );
    const waiting = change(reachedSnapshot(target), 'web', { status: 'created', startedAt: null });
    expect(planned(target, change(waiting, 'db', { health: 'starting' }))).toBe(
      'blocked app 1 service web (dependency): depends_on: waits for db to be healthy',
    );
    expect(planned(target, change(waiting, 'db', { health: 'healthy' }))).toBe(
      'start-container web_1_1_c1: was never started',
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
    const waiting = change(reachedSnapshot(target), 'web', { status: 'created', startedAt: null });
    expect(planned(target, change(waiting, 'db', fields))).toBe(expected);
  });

  it('that form a cycle are refused by name, and hold up nobody else', () => {
    const target = testTarget({
      services: { a: { composition: { depends_on: ['b'] } }, b: { composition: { depends_on: ['a'] } }, web: {} },
    });
    expect(planned(target, { ...NOTHING, images: [testImage('web:1')] })).toBe(
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
    const joined = change(snapshot, 'app', {
      config: { ...snapshot.containers[1]!.config, networkMode: 'container:c-1-vpn', hostname: 'of-the-other' },
    });
    expect(planned(from, joined)).toBe('');
    const to = testTarget({
      services: { vpn: { environment: { A: '1' } }, app: { composition: { network_mode: 'service:vpn' } } },
    });
    const text = planned(to, joined);
    expect(text).toContain(
      'stop-container vpn_1_1_c1: environment A [after acquire-locks 1, stop-container app_2_1_c1]',
    );
    expect(text).toContain('remove-container app_2_1_c1: the container of vpn is replaced');
    expect(text).toContain('blocked app 1 service app (dependency): network_mode: waits for the container of vpn');
  });
});

describe('networks and volumes', () => {
  it('a network that changed is replaced once the containers on it are gone', () => {
    const services = { web: { composition: { networks: ['back'] } }, other: {} };
    const from = testTarget({ services, networks: { back: {} } });
    const to = testTarget({ services, networks: { back: { internal: true } } });
    expect(plannedUpdate(from, to)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: network u1_back is replaced [after acquire-locks 1]',
        'remove-container web_1_1_c1: network u1_back is replaced [after stop-container web_1_1_c1]',
        'remove-network u1_back: internal false → true [after remove-container web_1_1_c1]',
        'create-network u1_back: internal false → true [after remove-network u1_back]',
        'create-container web_1_1_c1: network u1_back is replaced [after acquire-locks 1, remove-container web_1_1_c1, create-network u1_back]',
        'start-container web_1_1_c1: network u1_back is replaced [after create-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('a network that the release does not have is removed', () => {
    const from = testTarget({ services: { web: {} }, networks: { back: {} } });
    expect(plannedUpdate(from, testTarget({ services: { web: {} } }))).toBe(
      'remove-network u1_back: is not in the release',
    );
  });

  it('a volume that changed keeps its data, and it is said', () => {
    const services = { web: { composition: { volumes: ['data:/data'] } } };
    const from = testTarget({ services, volumes: { data: {} } });
    const to = testTarget({ services, volumes: { data: { driver: 'other' } } });
    expect(plannedUpdate(from, to)).toBe(
      'notice app 1: volumes.data driver local → other is not applied: the volume holds data and stays as it is; remove it to have it created anew',
    );
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
    expect(planned(target, foreign)).toBe(
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
    expect(planned(none, snapshot, { images })).toBe(
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

  it('leaves volumes and images behind where they are kept', () => {
    const text = planned(none, snapshot, { images, policy: { keepImages: true, keepVolumes: true } });
    expect(text).not.toMatch(/remove-(volume|image)/);
    expect(text).toContain('forget-image web:1 for 1');
  });

  it('does not touch what is not supervised', () => {
    const foreign: EngineSnapshot = {
      containers: [],
      images: snapshot.images,
      networks: snapshot.networks.map((one) => ({ ...one, supervised: false })),
      volumes: snapshot.volumes.map((one) => ({ ...one, supervised: false })),
    };
    expect(planned(none, foreign)).toBe('');
  });
});

describe('what cannot be applied', () => {
  it('is named by service and field, and holds up nobody else', () => {
    const target = testTarget({ services: { bad: { composition: { ports: ['nonsense'] } }, web: {} } });
    const text = planned(target, { ...NOTHING, images: [testImage('web:1')] });
    expect(text).toContain('start-container web_2_1_c1');
    expect(text).toContain(
      "blocked app 1 service bad (invalid): ports[0]: 'nonsense' is not a port; write e.g. 80, 8080:80 or 127.0.0.1:8080:80/udp",
    );
  });

  it('leaves the container of the service that runs now', () => {
    const from = testTarget({ services: { web: {} } });
    const to = testTarget({ services: { web: { composition: { restart: 'sometimes' } } } });
    expect(plannedUpdate(from, to)).toBe(
      "blocked app 1 service web (invalid): restart: 'sometimes' is not one of no, always, unless-stopped, on-failure, on-failure:<retries>",
    );
  });

  it('is said when the service runs without it', () => {
    const target = testTarget({ services: { web: { composition: { volumes: ['/etc:/etc'], links: ['db'] } } } });
    expect(planned(target, reachedSnapshot(target))).toBe(
      [
        'notice app 1 service web: volumes[0] paths of the host are not mounted; use a named volume, or a label io.balena.features.*',
        'notice app 1 service web: links is not supported and has no effect',
      ].join('\n'),
    );
  });
});
