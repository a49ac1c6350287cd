import { describe, expect, it } from 'vitest';
import { onlyApps } from '../app-set.ts';
import { reachedSnapshot, testImage, testImageRecords, testPlanInput, testTarget } from '../testing/fixtures.ts';
import { changeContainer, EMPTY_ENGINE, printPlan, printUpdate } from '../testing/print-plan.ts';
import { plan } from './plan.ts';

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
    expect(printPlan(target, reachedSnapshot(target))).toBe('');
  });

  it('asks for nothing because of the alias that engines add', () => {
    const target = testTarget({ services: { web: { composition: { hostname: 'host' } } } });
    const snapshot = reachedSnapshot(target);
    const endpoint = { aliases: ['host', 'web'], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
    expect(
      printPlan(
        target,
        changeContainer(snapshot, 'web', ({ config }) => ({
          config: { ...config, networks: { u1_default: endpoint } },
        })),
      ),
    ).toBe('');
  });

  it('asks for nothing when the app or the device is renamed', () => {
    const target = testTarget({ services: { web: {} } });
    const apps = Object.entries(target.apps).map(([uuid, app]) => [uuid, { ...app, name: 'other' }] as const);
    const renamed = { ...target, apps: Object.fromEntries(apps) };
    expect(printPlan(renamed, reachedSnapshot(target))).toBe('');
  });
});

describe('an app that is new on the device', () => {
  it('is downloaded, created and started, each service as soon as its own image is there', () => {
    const target = testTarget({
      services: { web: { composition: { volumes: ['data:/data'] } }, db: {} },
      volumes: { data: {} },
    });
    expect(printPlan(target, EMPTY_ENGINE)).toBe(
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
    expect(printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')] }, { images: [] })).toBe(
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
    expect(printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')] })).toBe(
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
    expect(printPlan(to, reachedSnapshot(from), { images: testImageRecords(from, reachedSnapshot(from)) })).toBe(
      [
        'pull-image web:2: service web needs it',
        'save-image web:2 for 1/web: service web of release c2 needs it [after pull-image web:2]',
        'pull-image db:2: service db needs it',
        'save-image db:2 for 1/db: service db of release c2 needs it [after pull-image db:2]',
        'acquire-locks 1: to stop web [after pull-image web:2, pull-image db:2]',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1, pull-image web:2]',
        'create-container db_2_1_c2: image db:1 → db:2 [after acquire-locks 1, pull-image db:2]',
        'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1, create-container web_1_1_c2]',
        'stop-container db_2_1_c1: image db:1 → db:2 [after acquire-locks 1, create-container db_2_1_c2]',
        'start-container web_1_1_c2: image web:1 → web:2 [after create-container web_1_1_c2, stop-container web_1_1_c1]',
        'start-container db_2_1_c2: image db:1 → db:2 [after create-container db_2_1_c2, stop-container db_2_1_c1]',
        'remove-container web_1_1_c1: image web:1 → web:2 [after stop-container web_1_1_c1, start-container web_1_1_c2]',
        'remove-container db_2_1_c1: image db:1 → db:2 [after stop-container db_2_1_c1, start-container db_2_1_c2]',
        'release-locks 1: done [after remove-container web_1_1_c1, remove-container db_2_1_c1]',
        'remove-image web:1: nothing needs it any more [after remove-container web_1_1_c1]',
        'forget-image web:1 for 1: nothing needs it any more [after remove-container web_1_1_c1, remove-image web:1]',
        'remove-image db:1: nothing needs it any more [after remove-container db_2_1_c1]',
        'forget-image db:1 for 1: nothing needs it any more [after remove-container db_2_1_c1, remove-image db:1]',
      ].join('\n'),
    );
  });

  it('goes on downloading while a service holds its update lock, and nothing else', () => {
    const input = { heldLocks: [{ appId: 1, service: 'db' }], images: testImageRecords(to, reachedSnapshot(to)) };
    expect(printPlan(to, reachedSnapshot(from), input)).toBe(
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
          policy: { forceLocks: onlyApps([1]) },
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
    expect(printPlan(to, reachedSnapshot(from), input)).toBe(
      ['pull-image web:2: service web needs it', 'blocked app 1 service db (backoff): not found; next try in 1 s'].join(
        '\n',
      ),
    );
  });

  it('leaves a container in its place while the one to come is held back', () => {
    const changed = testTarget({ services: { web: { environment: { A: '1' } }, db: {} } });
    const input = { policy: { paused: new Map([['create-container web_1_1_c1', 'bad; next try in 1 s']]) } };
    expect(printUpdate(from, changed, input)).toBe('blocked app 1 service web (backoff): bad; next try in 1 s');
  });

  it('creates nothing while what it needs cannot be had', () => {
    const fresh = testTarget({ services: { web: {} } });
    const input = {
      policy: { paused: new Map([['pull-image web:1', 'not found; next try in 1 s']]) },
      images: testImageRecords(fresh, reachedSnapshot(fresh)),
    };
    expect(printPlan(fresh, EMPTY_ENGINE, input)).toBe(
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
    expect(printUpdate(from, changed, input)).toBe('blocked app 1 service web (backoff): bad; next try in 1 s');
  });

  it('renames the containers that are as it wants them', () => {
    const same = testTarget({ commit: 'c2', services: { web: {} } });
    expect(printUpdate(testTarget({ services: { web: {} } }), same)).toBe(
      [
        'acquire-locks 1: to rename web',
        'rename-container web_1_1_c1: belongs to release c2 now [after acquire-locks 1]',
        'release-locks 1: done [after rename-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('removes the services that it does not have, and frees their ports before others take them', () => {
    const ports = { composition: { ports: ['80:80'] } };
    expect(printUpdate(testTarget({ services: { old: ports } }), testTarget({ services: { fresh: ports } }))).toBe(
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
    const text = printUpdate(base, changed);
    expect(text).toBe(
      [
        'acquire-locks 1: to stop web',
        'rename-container web_1_1_c1: environment A, SECRET [after acquire-locks 1]',
        'create-container web_1_1_c1: environment A, SECRET [after acquire-locks 1, rename-container web_1_1_c1]',
        'stop-container web_1_1_c1: environment A, SECRET [after acquire-locks 1, create-container web_1_1_c1]',
        'start-container web_1_1_c1: environment A, SECRET [after create-container web_1_1_c1, stop-container web_1_1_c1]',
        'remove-container web_1_1_c1: environment A, SECRET [after stop-container web_1_1_c1, start-container web_1_1_c1]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('is replaced when the same tag names another image', () => {
    const snapshot = reachedSnapshot(base);
    const images = snapshot.images.map((image) =>
      image.id === 'sha256:db:1' ? { ...image, id: 'sha256:rebuilt' } : image,
    );
    expect(printPlan(base, { ...snapshot, images })).toContain(
      'stop-container db_2_1_c1: image db:1 has new content [after acquire-locks 1, create-container db_2_1_c1]',
    );
  });

  it.each([
    [
      'was created and never started',
      { status: 'created', startedAt: null },
      'start-container web_1_1_c1: was never started',
    ],
    [
      'exited, and its policy restarts it',
      { status: 'exited', id: 'unseen' },
      'start-container web_1_1_c1: was found stopped',
    ],
    [
      'exited because its address was not there',
      { status: 'exited', error: 'bind: cannot assign requested address' },
      'start-container web_1_1_c1: its host address was not there',
    ],
    ['exited under our eyes', { status: 'exited' }, ''],
    [
      'exited because we stopped it',
      { status: 'exited', stoppedByUs: true },
      'start-container web_1_1_c1: was found stopped',
    ],
    ['runs, though we stopped it', { stoppedByUs: true }, ''],
    ['restarts', { status: 'restarting' }, ''],
    ['is paused', { status: 'paused' }, ''],
    ['is being removed', { status: 'removing' }, 'blocked app 1 service web (engine): its container is being removed'],
  ] as const)('is started or left alone when it %s', (_, fields, expected) => {
    const target = testTarget({ services: { web: {} } });
    const snapshot = reachedSnapshot(target);
    const seenRunning = new Set(snapshot.containers.map(({ id }) => id));
    expect(printPlan(target, changeContainer(snapshot, 'web', fields), { policy: { seenRunning } })).toBe(expected);
  });

  it.each([
    [
      'the engine would have restarted it',
      { exitCode: 3, restartCount: 4 },
      'start-container job_1_1_c1: was found stopped',
    ],
    ['it succeeded', { exitCode: 0, restartCount: 1 }, ''],
    ['it was restarted often enough', { exitCode: 3, restartCount: 5 }, ''],
  ])('with the restart policy on-failure:5 is started or left alone where %s', (_, fields, expected) => {
    const target = testTarget({ services: { job: { composition: { restart: 'on-failure:5' } } } });
    const snapshot = changeContainer(reachedSnapshot(target), 'job', { status: 'exited', ...fields });
    expect(printPlan(target, snapshot, { policy: { seenRunning: new Set() } })).toBe(expected);
    expect(printPlan(target, snapshot)).toBe('');
  });

  it('is left alone when it ran once and does not restart', () => {
    const target = testTarget({ services: { job: { composition: { restart: 'no' } } } });
    const snapshot = changeContainer(reachedSnapshot(target), 'job', { status: 'exited' });
    expect(printPlan(target, snapshot, { policy: { seenRunning: new Set() } })).toBe('');
  });

  it('is stopped, and stays, when the target does not want it to run', () => {
    const stopped = testTarget({
      services: { web: { environment: { A: '1', SECRET: 'hunter2' }, running: false }, db: {} },
    });
    expect(printUpdate(base, stopped)).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: the target wants it stopped [after acquire-locks 1]',
        'release-locks 1: done [after stop-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('only in that its image is gone from the engine runs on while that is fetched again', () => {
    const target = testTarget({ services: { web: {} } });
    const snapshot = { ...reachedSnapshot(target), images: [] };
    expect(printPlan(target, snapshot)).toBe(
      [
        'pull-image web:1: service web needs it',
        'save-image web:1 for 1/web: service web of release c1 needs it [after pull-image web:1]',
      ].join('\n'),
    );
  });

  it('is removed when it is dead, without being stopped', () => {
    const target = testTarget({ services: { web: {} } });
    expect(printPlan(target, changeContainer(reachedSnapshot(target), 'web', { status: 'dead' }))).toBe(
      [
        'acquire-locks 1: to replace or remove web',
        'remove-container web_1_1_c1: the container is dead [after acquire-locks 1]',
        'create-container web_1_1_c1: the container is dead [after acquire-locks 1, remove-container web_1_1_c1]',
        'start-container web_1_1_c1: the container is dead [after create-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('loses its second container', () => {
    const target = testTarget({ services: { web: {} } });
    const snapshot = reachedSnapshot(target);
    const copies = snapshot.containers.map((one) => ({ ...one, id: 'copy', name: 'web_1_1_c0' }));
    expect(printPlan(target, { ...snapshot, containers: [...copies, ...snapshot.containers] })).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c0: the service has another container [after acquire-locks 1]',
        'remove-container web_1_1_c0: the service has another container [after stop-container web_1_1_c0]',
        'release-locks 1: done [after remove-container web_1_1_c0]',
      ].join('\n'),
    );
  });
});
