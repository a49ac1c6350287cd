import { describe, expect, it } from 'vitest';
import type { EngineSnapshot } from '../observed.ts';
import { NO_APPS } from '../app-set.ts';
import { NO_REQUESTS } from '../plan-input.ts';
import { reachedSnapshot, testImage, testTarget, type TestApp } from '../testing/fixtures.ts';
import { changeContainer, printPlan, printUpdate } from '../testing/print-plan.ts';

const BEFORE = testTarget({ services: { web: {} } });
const AFTER = testTarget({ commit: 'c2', services: { web: { image: 'web:2' } } });
const IMAGES = [testImage('web:1'), testImage('web:2')];

/** The engine with the old container of `web` and a new one that never started. */
function halfReplaced(old: Parameters<typeof changeContainer>[2] = {}): EngineSnapshot {
  const before = changeContainer(reachedSnapshot(BEFORE), 'web', old);
  const created = changeContainer(reachedSnapshot(AFTER), 'web', { id: 'new', status: 'created', startedAt: null });
  return { ...before, images: IMAGES, containers: [...before.containers, ...created.containers] };
}

describe('a container and its successor', () => {
  it('the old one runs until the new one exists, and is removed when that has started', () => {
    expect(printUpdate(BEFORE, AFTER, { policy: { keepImages: 'all' } })).toBe(
      [
        'acquire-locks 1: to stop web',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1]',
        'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1, create-container web_1_1_c2]',
        'start-container web_1_1_c2: image web:1 → web:2 [after create-container web_1_1_c2, stop-container web_1_1_c1]',
        'remove-container web_1_1_c1: image web:1 → web:2 [after stop-container web_1_1_c1, start-container web_1_1_c2]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('one that was interrupted after the creation goes on with the stop', () => {
    expect(printPlan(AFTER, halfReplaced(), { policy: { keepImages: 'all' } })).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: the service has another container [after acquire-locks 1]',
        'start-container web_1_1_c2: was never started [after stop-container web_1_1_c1]',
        'remove-container web_1_1_c1: the service has another container [after stop-container web_1_1_c1, start-container web_1_1_c2]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('the old one starts again when the new one could not be started', () => {
    const paused = new Map([['start-container web_1_1_c2', 'no such file; next try in 1 s']]);
    const stopped = halfReplaced({ status: 'exited', stoppedByUs: true });
    expect(printPlan(AFTER, stopped, { policy: { paused, keepImages: 'all' } })).toBe(
      [
        'start-container web_1_1_c1: the new container could not be started',
        'blocked app 1 service web (backoff): no such file; next try in 1 s',
      ].join('\n'),
    );
    expect(printPlan(AFTER, halfReplaced(), { policy: { paused, keepImages: 'all' } })).toBe(
      'blocked app 1 service web (backoff): no such file; next try in 1 s',
    );
  });

  it('a third one is created beside the first, which still stands for the service', () => {
    const third = testTarget({ commit: 'c3', services: { web: { image: 'web:2', environment: { A: '1' } } } });
    const plan = printPlan(third, halfReplaced(), { policy: { keepImages: 'all' } });
    expect(plan).toContain('remove-container web_1_1_c2: the service has another container [after acquire-locks 1]');
    expect(plan).toContain('create-container web_1_1_c3: ');
    expect(plan).toMatch(/stop-container web_1_1_c1: .*\[after acquire-locks 1, create-container web_1_1_c3\]/);
  });

  it('the old one stays, and the new one goes, when the target is what the old one is', () => {
    const snapshot = halfReplaced();
    const names: Readonly<Record<string, string>> = { web_1_1_c1: 'old_web_1_1_c1', web_1_1_c2: 'web_1_1_c1' };
    const containers = snapshot.containers.map((one) => ({ ...one, name: names[one.name] ?? one.name }));
    const right = containers.map((one) => ({ ...one, imageId: 'sha256:web:1', imageReference: 'web:1' }));
    expect(printPlan(BEFORE, { ...snapshot, containers: right }, { policy: { keepImages: 'all' } })).toBe(
      [
        'acquire-locks 1: to replace or remove web',
        'remove-container web_1_1_c1: the service has another container [after acquire-locks 1]',
        'rename-container old_web_1_1_c1: belongs to release c1 now [after acquire-locks 1, remove-container web_1_1_c1]',
        'release-locks 1: done [after rename-container old_web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('both stay while the service is blocked', () => {
    const invalid = testTarget({ commit: 'c2', services: { web: { composition: { restart: 'sometimes' } } } });
    expect(printPlan(invalid, halfReplaced())).toMatch(/^blocked app 1 service web \(invalid\)/);
  });

  it('the old one goes on while the new one has to wait for a dependency', () => {
    const app = (version: string): TestApp => ({
      commit: version,
      services: {
        web: { image: `web:${version}`, composition: { depends_on: { db: { condition: 'service_healthy' } } } },
        db: {},
      },
    });
    const plan = printUpdate(testTarget(app('c1')), testTarget(app('c2')));
    expect(plan).toContain('blocked app 1 service web (dependency): depends_on: waits for db to be healthy');
    expect(plan).not.toMatch(/(stop|create|remove)-container web/);
  });

  it('one that the engine is removing keeps no other name from being used', () => {
    const removing = changeContainer(reachedSnapshot(BEFORE), 'web', { status: 'removing' });
    const plan = printPlan(AFTER, { ...removing, images: IMAGES }, { policy: { keepImages: 'all' } });
    expect(plan).toContain('start-container web_1_1_c2: does not exist [after create-container web_1_1_c2]');
    expect(plan).not.toContain('blocked');
  });
});

describe('a damaged object', () => {
  const lost = { reason: 'layer does not exist', isFinal: true };
  const [WEB, DB] = ['docker.io/library/web:1', 'docker.io/library/db:1'];

  it('a container is removed and created again, also beside one that is fine', () => {
    const target = testTarget({ services: { web: {}, db: {} } });
    const plan = printPlan(target, changeContainer(reachedSnapshot(target), 'web', { damage: lost }));
    expect(plan).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: damaged: layer does not exist [after acquire-locks 1]',
        'remove-container web_1_1_c1: damaged: layer does not exist [after stop-container web_1_1_c1]',
        'create-container web_1_1_c1: damaged: layer does not exist [after acquire-locks 1, remove-container web_1_1_c1]',
        'start-container web_1_1_c1: damaged: layer does not exist [after create-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('a container that the engine does not describe at the moment is left alone', () => {
    const damage = { reason: 'no answer', isFinal: false };
    expect(printPlan(AFTER, changeContainer(reachedSnapshot(BEFORE), 'web', { damage }))).toContain(
      'blocked app 1 service web (engine): the engine does not describe its container: no answer',
    );
  });

  it('an image is removed and downloaded again, with a container that never ran', () => {
    const created = changeContainer(reachedSnapshot(BEFORE), 'web', { status: 'created', startedAt: null });
    const damaged = { ...created, images: created.images.map((image) => ({ ...image, damage: lost })) };
    const plan = printPlan(BEFORE, damaged);
    expect(plan).toContain('remove-image web:1: it is damaged [after remove-container web_1_1_c1]');
    expect(plan).toContain('pull-image web:1: service web needs it [after remove-image web:1]');
    const failed = printPlan(BEFORE, created, { policy: { damagedImages: new Set([WEB]) } });
    expect(failed).toContain('pull-image web:1: service web needs it [after remove-image web:1]');
  });

  it('images go before one of them is downloaded again: they may share the damaged layer', () => {
    const target = testTarget({ services: { web: {}, db: {} } }, { services: { other: { image: 'db:1' } } });
    const snapshot = { ...reachedSnapshot(target), containers: [] };
    const plan = printPlan(target, snapshot, { policy: { damagedImages: new Set([WEB, DB]) } });
    for (const image of ['web:1', 'db:1'])
      expect(plan).toMatch(new RegExp(`pull-image ${image}: .* \\[after remove-image web:1, remove-image db:1\\]`));
    expect(plan.match(/remove-image/g)?.length).toBe(plan.match(/remove-image (web|db):1/g)?.length);
  });

  it('an image that keeps the layers of a damaged one goes with it, though nothing needs it', () => {
    const old = testImage('old:1');
    const snapshot = reachedSnapshot(BEFORE);
    const damagedImages = new Set([WEB, 'docker.io/library/old:1', 'docker.io/library/gone:1']);
    const plan = printPlan(
      BEFORE,
      { ...snapshot, containers: [], images: [...snapshot.images, old] },
      { policy: { damagedImages } },
    );
    expect(plan).toContain('remove-image docker.io/library/old:1: it is damaged');
    expect(plan).not.toContain('gone:1');
  });

  it('a container in a crash loop does not keep its damaged image', () => {
    const snapshot = reachedSnapshot(BEFORE);
    const crashLooping = new Set(snapshot.containers.map(({ id }) => id));
    const plan = printPlan(BEFORE, snapshot, { policy: { damagedImages: new Set([WEB]), crashLooping } });
    expect(plan).toContain('remove-image web:1: it is damaged [after remove-container web_1_1_c1]');
  });

  it('an image stays as long as its container runs', () => {
    const damaged = reachedSnapshot(BEFORE);
    const plan = printPlan(BEFORE, { ...damaged, images: damaged.images.map((image) => ({ ...image, damage: lost })) });
    expect(plan).not.toMatch(/(stop|remove|pull)-/);
    expect(plan).toContain('blocked app 1 service web (dependency): image web:1 is damaged');
  });
});

describe('networks that cannot be replaced', () => {
  const app = (subnet: string): TestApp => ({
    services: { web: { composition: { networks: ['net'] } }, db: {} },
    networks: { net: { ipam: { config: [{ subnet }] } } },
  });
  const from = testTarget(app('172.28.0.0/24'));
  const to = testTarget(app('172.29.0.0/24'));
  const change = (name: string, fields: Partial<EngineSnapshot['networks'][number]>): EngineSnapshot => {
    const snapshot = reachedSnapshot(from);
    return { ...snapshot, networks: snapshot.networks.map((one) => (one.name === name ? { ...one, ...fields } : one)) };
  };

  it('keep their containers while a container of others is connected', () => {
    expect(printPlan(to, change('u1_net', { usedByOthers: true }))).toMatch(
      /^blocked app 1 \(dependency\): network u1_net cannot be removed .* a container that is not ours is connected to it/,
    );
  });

  it('are replaced under a container that was created before it was interrupted', () => {
    const snapshot = reachedSnapshot(from);
    const created = changeContainer(reachedSnapshot(to), 'web', { id: 'new', status: 'created', startedAt: null });
    const [web] = created.containers;
    if (web === undefined) throw new Error('there is no container');
    const half = changeContainer(snapshot, 'web', { name: 'old_web_1_1_c1' });
    const plan = printPlan(to, { ...half, containers: [...half.containers, web] });
    expect(plan).toContain('remove-network u1_net: ipam [after stop-container old_web_1_1_c1]');
    expect(plan).toMatch(/start-container web_1_1_c1: .*stop-container old_web_1_1_c1, create-network u1_net/);
    expect(plan).toMatch(/remove-container old_web_1_1_c1: .*start-container web_1_1_c1/);
  });

  it('keep their containers while another network has the addresses', () => {
    expect(printPlan(to, change('u1_default', { subnets: ['172.29.0.0/16'] }))).toBe(
      'blocked app 1 (dependency): network u1_net cannot have its addresses: network u1_default has them (172.29.0.0/16); change one of the subnets, or remove the other network',
    );
    expect(printPlan(to, change('u1_default', { subnets: ['172.30.0.0/16'] }))).toContain('create-network u1_net');
  });

  it('wait for a network of ours that goes and has the addresses', () => {
    const renamed = testTarget({
      services: { web: { composition: { networks: ['other'] } }, db: {} },
      networks: { other: { ipam: { config: [{ subnet: '172.28.0.0/25' }] } } },
    });
    const plan = printPlan(renamed, change('u1_net', { subnets: ['172.28.0.0/24'] }));
    expect(plan).toContain('create-network u1_other: does not exist [after remove-network u1_net]');
    expect(plan).toContain('remove-network u1_net: is not in the release [after stop-container web_1_1_c1]');
  });

  it.each([
    ['10.9.9.9', /\(invalid\): networks: address 10.9.9.9 is not in network u1_net, whose subnets are 172.28.0.0\/24/],
    ['172.28.0.9', /^acquire-locks 1/],
  ])('a fixed address %s is checked before anything stops', (ipv4_address, expected) => {
    const fixed = testTarget({
      ...app('172.28.0.0/24'),
      services: { web: { composition: { networks: { net: { ipv4_address } } } }, db: {} },
    });
    expect(printUpdate(from, fixed)).toMatch(expected);
  });
});

describe('a service that shares the network of another', () => {
  const target = testTarget({ services: { vpn: {}, app: { composition: { network_mode: 'service:vpn' } } } });
  const shared = changeContainer(reachedSnapshot(target), 'app', ({ config }) => ({
    config: { ...config, networkMode: 'container:c-1-vpn' },
    startedAt: 2,
  }));

  it('is restarted when the other one started after it: its own network is gone', () => {
    expect(printPlan(target, shared)).toBe('');
    expect(printPlan(target, changeContainer(shared, 'vpn', { startedAt: 3 }))).toBe(
      [
        'acquire-locks 1: to stop app',
        'stop-container app_2_1_c1: vpn, whose network it shares, started after it [after acquire-locks 1]',
        'start-container app_2_1_c1: vpn, whose network it shares, started after it [after stop-container app_2_1_c1]',
        'release-locks 1: done [after start-container app_2_1_c1]',
      ].join('\n'),
    );
  });

  it('is left alone while the other one does not run', () => {
    expect(printPlan(target, changeContainer(shared, 'vpn', { startedAt: 3, status: 'restarting' }))).toBe('');
  });
});

describe('an app that cannot be planned', () => {
  it('is blocked, and the others are planned', () => {
    const target = testTarget({ services: { bad: {} } }, { services: { web: {} } });
    const [bad] = Object.values(target.apps);
    Object.defineProperty(bad?.release?.services['bad'], 'environment', {
      get: () => {
        throw new TypeError('broken');
      },
    });
    const plan = printPlan(target, { ...reachedSnapshot(testTarget()), images: [testImage('web:1')] });
    expect(plan).toContain('start-container web_101_1_c1');
    expect(plan).toContain('blocked app 1 (invalid): the app cannot be planned: TypeError');
  });

  it('does not find services, networks and volumes among the properties of objects', () => {
    const names = { depends_on: ['constructor'], networks: ['toString'], volumes: ['valueOf:/data'] };
    const target = testTarget({ services: { bad: { composition: names } } }, { services: { web: {} } });
    const plan = printPlan(target, { ...reachedSnapshot(testTarget()), images: [testImage('web:1')] });
    expect(plan).toContain('depends_on.constructor: there is no such service');
    expect(plan).toContain('networks.toString: is not one of the networks of the app');
    expect(plan).toContain("volume 'valueOf' is not one of the app's volumes");
    expect(plan).toContain('start-container web_101_1_c1');
  });
});

describe('a replacement that a cancel ended half way', () => {
  const cancelled = { policy: { keepImages: 'all' as const, updates: NO_APPS } };
  const STOPPED = { status: 'exited', stoppedByUs: true } as const;
  const WAITS = 'blocked app 1 (cancelled): its update was cancelled, and waits until an update is requested';

  it('is left alone while the old container runs', () => {
    expect(printPlan(AFTER, halfReplaced(), cancelled)).toBe(WAITS);
  });

  it('starts the old container again when we stopped it and the new one never started', () => {
    expect(printPlan(AFTER, halfReplaced(STOPPED), cancelled)).toBe(
      ['start-container web_1_1_c1: its replacement was cancelled half way', WAITS].join('\n'),
    );
  });

  it('does not start it when a user stopped it, or a client does', () => {
    expect(printPlan(AFTER, halfReplaced({ status: 'exited' }), cancelled)).toBe(WAITS);
    const stops = { ...NO_REQUESTS, running: new Map([['1/web', false]]) };
    const input = { policy: { ...cancelled.policy, requests: stops } };
    expect(printPlan(AFTER, halfReplaced(STOPPED), input)).toBe(WAITS);
  });

  it('removes the old container when the new one runs', () => {
    const both = changeContainer(halfReplaced(STOPPED), 'web', ({ id }) =>
      id === 'new' ? { status: 'running', startedAt: 5 } : {},
    );
    expect(printPlan(AFTER, both, cancelled)).toBe(
      [
        'acquire-locks 1: to replace or remove web',
        'remove-container web_1_1_c1: the service has another container [after acquire-locks 1]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
        WAITS,
      ].join('\n'),
    );
  });
});
