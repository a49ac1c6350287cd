import { describe, expect, it } from 'vitest';
import {
  reachedSnapshot,
  TEST_NOW,
  testImageRecords,
  testTarget,
  type TestApp,
  type TestPlanInput,
} from '../testing/fixtures.ts';
import { changeContainer, printPlan, printUpdate } from '../testing/print-plan.ts';
import type { EngineSnapshot } from '../observed.ts';

type Services = TestApp['services'];

/** The app with a strategy for all its services. */
function withStrategy(strategy: string, app: TestApp): TestApp {
  const labelled = Object.entries(app.services).map(([name, service]) => [
    name,
    { ...service, labels: { 'io.balena.update.strategy': strategy, ...service.labels } },
  ]);
  return { ...app, services: Object.fromEntries(labelled) };
}

function update(strategy: string, services: Services = { web: { image: 'web:2' } }): ReturnType<typeof testTarget> {
  return testTarget(withStrategy(strategy, { commit: 'c2', services }));
}

function before(strategy: string, services: Services = { web: {} }): ReturnType<typeof testTarget> {
  return testTarget(withStrategy(strategy, { commit: 'c1', services }));
}

/** The plan for a device that has the old release, and not the new one's images. */
function printDownload(strategy: string): string {
  const from = before(strategy);
  return printPlan(update(strategy), reachedSnapshot(from), {
    images: testImageRecords(from, reachedSnapshot(from)),
  });
}

describe('kill-then-download', () => {
  it('stops and removes the container under its locks, then downloads; the old image goes when nothing uses it', () => {
    expect(printDownload('kill-then-download')).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1]',
        'remove-container web_1_1_c1: image web:1 → web:2 [after stop-container web_1_1_c1]',
        'pull-image web:2: service web needs it [after remove-container web_1_1_c1]',
        'save-image web:2 for 1/web: service web of release c2 needs it [after pull-image web:2]',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1, remove-container web_1_1_c1, pull-image web:2]',
        'start-container web_1_1_c2: image web:1 → web:2 [after create-container web_1_1_c2]',
        'release-locks 1: done [after start-container web_1_1_c2, save-image web:2 for 1/web]',
        'remove-image web:1: nothing needs it any more [after remove-container web_1_1_c1]',
        'forget-image web:1 for 1: nothing needs it any more [after remove-container web_1_1_c1, remove-image web:1]',
      ].join('\n'),
    );
  });

  it('does nothing while a service holds its update lock', () => {
    const from = before('kill-then-download');
    expect(
      printPlan(update('kill-then-download'), reachedSnapshot(from), {
        images: testImageRecords(from, reachedSnapshot(from)),
        heldLocks: [{ appId: 1, service: 'web' }],
      }),
    ).toBe('blocked app 1 service web (locked): the service holds its update lock');
  });

  it('waits with the container of another service for nothing but what that one wants', () => {
    const from = testTarget({ services: { web: { labels: KILL }, db: {} } });
    const to = testTarget({
      commit: 'c2',
      services: { web: { image: 'web:2', labels: KILL }, db: { image: 'db:2' } },
    });
    const plan = printPlan(to, reachedSnapshot(from), { images: testImageRecords(from, reachedSnapshot(from)) });
    expect(plan).toContain('acquire-locks 1: to stop db [after pull-image db:2]');
    expect(plan).toContain('pull-image web:2: service web needs it [after remove-container web_1_1_c1]');
  });
});

const KILL = { 'io.balena.update.strategy': 'kill-then-download' };

describe('delete-then-download', () => {
  it('makes room by removing the old image before the new one comes', () => {
    expect(printDownload('delete-then-download')).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1]',
        'remove-container web_1_1_c1: image web:1 → web:2 [after stop-container web_1_1_c1]',
        'remove-image web:1: nothing needs it any more [after remove-container web_1_1_c1]',
        'pull-image web:2: service web needs it [after remove-container web_1_1_c1, remove-image web:1]',
        'save-image web:2 for 1/web: service web of release c2 needs it [after pull-image web:2]',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1, remove-container web_1_1_c1, pull-image web:2]',
        'start-container web_1_1_c2: image web:1 → web:2 [after create-container web_1_1_c2]',
        'release-locks 1: done [after start-container web_1_1_c2, save-image web:2 for 1/web]',
        'forget-image web:1 for 1: nothing needs it any more [after remove-container web_1_1_c1, remove-image web:1]',
      ].join('\n'),
    );
  });
});

describe('an image that two apps need', () => {
  const strategy = (name: string): Record<string, string> => ({ 'io.balena.update.strategy': name });
  const web = (image: string): TestApp => ({ services: { web: { image, labels: strategy('delete-then-download') } } });
  const db = (image: string): TestApp => ({ services: { db: { image, labels: strategy('kill-then-download') } } });

  it('comes for the one without what the other wants to be done before', () => {
    const from = testTarget(web('old:1'), { services: { side: { image: 'old:1' } } });
    const to = testTarget({ ...web('new:1'), commit: 'c2' }, { ...db('new:1'), commit: 'c2' });
    const snapshot = reachedSnapshot(from);
    const text = printPlan(to, snapshot, { images: testImageRecords(from, snapshot) });
    expect(text).toContain('pull-image new:1: service web needs it\n');
    expect(text).toContain('acquire-locks 2: to stop side [after pull-image new:1]');
  });

  it('goes without a download waiting for it', () => {
    const from = testTarget(web('old:1'), { services: { side: { image: 'old:1' } } });
    const to = testTarget({ ...web('new:1'), commit: 'c2' }, { commit: 'c2', services: {} });
    const snapshot = reachedSnapshot(from);
    const text = printPlan(to, snapshot, { images: testImageRecords(from, snapshot) });
    expect(text).toContain('pull-image new:1: service web needs it [after remove-container web_1_1_c1]');
  });
});

describe('a strategy that there is not', () => {
  it('counts as the default, and it is said', () => {
    const plan = printUpdate(before('later'), update('later'));
    expect(plan).toContain(
      "notice app 1 service web: labels io.balena.update.strategy 'later' is not a strategy; download-then-kill is used",
    );
    expect(plan).toContain(
      'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1, create-container web_1_1_c2]',
    );
  });
});

/** The engine in the middle of a hand-over from c1 to c2. */
function handingOver(change: Parameters<typeof changeContainer>[2] = {}): EngineSnapshot {
  const { containers, images } = reachedSnapshot(before('hand-over'));
  const [old] = containers;
  const after = reachedSnapshot(update('hand-over'));
  if (old === undefined) throw new Error('there is no container');
  const started = changeContainer(after, 'web', { id: 'new', startedAt: TEST_NOW - 10_000 });
  const changed = changeContainer(started, 'web', change);
  const predecessor = { ...old, name: `old_${old.name}`, config: { ...old.config, restart: NEVER }, createdAt: -1 };
  return {
    ...changed,
    containers: [...changed.containers, predecessor],
    images: [...changed.images, ...images],
  };
}

const NEVER = { name: 'no', maximumRetryCount: 0 } as const;

function printHandOver(snapshot: EngineSnapshot, input: TestPlanInput = {}): string {
  return printPlan(update('hand-over'), snapshot, input);
}

describe('hand-over', () => {
  it('lets the old container stand aside, and starts the new one beside it', () => {
    expect(printUpdate(before('hand-over'), update('hand-over'))).toBe(
      [
        'acquire-locks 1: to hand over web',
        'update-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1]',
        'rename-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1]',
        'clear-hand-over 1/web: what an earlier container said does not count [after acquire-locks 1, update-container web_1_1_c1, rename-container web_1_1_c1]',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1, rename-container web_1_1_c1, clear-hand-over 1/web]',
        'start-container web_1_1_c2: image web:1 → web:2 [after create-container web_1_1_c2, update-container web_1_1_c1]',
        'release-locks 1: done [after start-container web_1_1_c2]',
      ].join('\n'),
    );
  });

  it('waits until the new container says that it took over', () => {
    expect(printHandOver(handingOver())).toBe(
      'blocked app 1 service web (hand-over): the old container runs until the new one takes over, or for 60000 ms',
    );
  });

  it('stops and removes the old container once the new one took over', () => {
    expect(printHandOver(handingOver(), { handOverMarkers: new Set(['1/web']) })).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container old_web_1_1_c1: the new container took over [after acquire-locks 1]',
        'remove-container old_web_1_1_c1: the new container took over [after stop-container old_web_1_1_c1]',
        'clear-hand-over 1/web: the new container took over [after remove-container old_web_1_1_c1]',
        'release-locks 1: done [after clear-hand-over 1/web]',
      ].join('\n'),
    );
  });

  it('stops it too when the time is over, which is 60 s unless the label says otherwise', () => {
    const start = TEST_NOW - 10_000;
    expect(printHandOver(handingOver(), { now: start + 59_999 })).toContain('blocked');
    expect(printHandOver(handingOver(), { now: start + 60_000 })).toContain('the new container had its time');
  });

  it.each([
    ['is unhealthy', { health: 'unhealthy' }, 'the new container is unhealthy'],
    ['ended', { status: 'exited', exitCode: 3 }, 'the new container ended with exit code 3'],
    ['is not running when the time is over', { status: 'restarting', startedAt: 0 }, 'the new container is restarting'],
  ] as const)('gives the old container its name and restart policy back when the new one %s', (_, change, why) => {
    const plan = printHandOver(handingOver(change)).split('\n');
    expect(plan.filter((line) => !line.startsWith('stop-container'))).toEqual([
      expect.stringMatching(/^acquire-locks 1: /),
      expect.stringContaining(`remove-container web_1_1_c2: ${why}`),
      `update-container old_web_1_1_c1: ${why} [after acquire-locks 1]`,
      `rename-container old_web_1_1_c1: ${why} [after acquire-locks 1, remove-container web_1_1_c2]`,
      expect.stringMatching(/^release-locks 1: /),
      `blocked app 1 service web (hand-over): ${why}`,
    ]);
  });

  it('starts no third container beside a new one that cannot be removed', () => {
    const third = testTarget({ commit: 'c3', services: { web: { image: 'web:2', environment: { A: '1' } } } });
    const text = printPlan(third, handingOver());
    expect(text).toMatch(/create-container web_1_1_c3: .*remove-container web_1_1_c2/);
    const paused = new Map([['stop-container web_1_1_c2', 'internal error']]);
    expect(printPlan(third, handingOver(), { policy: { paused } })).not.toMatch(/(create|start|remove)-container/);
  });

  it('says so and goes back when the new container crashes again and again, though it runs just now', () => {
    const text = printHandOver(handingOver(), { policy: { crashLooping: new Set(['new']) } });
    expect(text).toContain('blocked app 1 service web (hand-over): the new container ends again and again');
    expect(text).toContain('notice app 1 service web: restart does not help');
  });

  it('goes back to the old container when the target does, whatever the new one said', () => {
    expect(printPlan(before('hand-over'), handingOver())).toBe(
      [
        'acquire-locks 1: to stop web',
        'stop-container web_1_1_c2: the service has another container [after acquire-locks 1]',
        'remove-container web_1_1_c2: the service has another container [after stop-container web_1_1_c2]',
        'rename-container old_web_1_1_c1: belongs to release c1 now [after acquire-locks 1]',
        'update-container old_web_1_1_c1: restart name no → always',
        'release-locks 1: done [after remove-container web_1_1_c2, rename-container old_web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('starts over from the old container when it was interrupted before the new one existed', () => {
    const snapshot = handingOver();
    const alone = { ...snapshot, containers: snapshot.containers.filter(({ name }) => name.startsWith('old_')) };
    expect(printPlan(update('hand-over'), alone)).toBe(
      [
        'acquire-locks 1: to hand over web',
        'update-container old_web_1_1_c1: the hand-over was cut short [after acquire-locks 1]',
        'rename-container old_web_1_1_c1: the hand-over was cut short [after acquire-locks 1]',
        'release-locks 1: done [after update-container old_web_1_1_c1, rename-container old_web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('leaves the old container alone as long as the new one cannot be created', () => {
    const paused = new Map([['create-container web_1_1_c2', 'no such device']]);
    expect(printUpdate(before('hand-over'), update('hand-over'), { policy: { paused } })).toBe(
      'blocked app 1 service web (backoff): no such device',
    );
  });

  it('stops the old container first when both would publish one port, and it is said', () => {
    const plan = printUpdate(
      before('hand-over', { web: { composition: { ports: ['80:80'] } } }),
      update('hand-over', { web: { image: 'web:2', composition: { ports: ['80:8080'] } } }),
    );
    expect(plan).toContain('remove-container web_1_1_c1: ');
    expect(plan).not.toContain('rename-container');
    expect(plan).toContain(
      'io.balena.update.strategy hand-over: both containers would publish port 80, so the old one is stopped first',
    );
  });

  it('stops the old container first when the service is not to run any more', () => {
    const plan = printUpdate(before('hand-over'), update('hand-over', { web: { image: 'web:2', running: false } }));
    expect(plan).toContain('remove-container web_1_1_c1: ');
    expect(plan).not.toContain('rename-container');
    expect(plan).not.toContain('notice');
  });

  it('stops the old container first when others wait for the network that it alone is on to be replaced', () => {
    const app = (internal: boolean, network: string): TestApp => ({
      services: {
        web: { labels: { 'io.balena.update.strategy': 'hand-over' }, composition: { networks: [network] } },
        db: { composition: { networks: ['back'] } },
      },
      networks: { back: { internal } },
    });
    const plan = printUpdate(testTarget(app(false, 'back')), testTarget(app(true, 'default')));
    expect(plan).toContain('remove-container web_1_1_c1: network u1_back is replaced');
    expect(plan).toContain('create-network u1_back: internal false → true [after remove-network u1_back]');
    expect(plan).not.toContain('old_web');
  });

  it('stops the old container first when its network is replaced', () => {
    const from = testTarget(withStrategy('hand-over', { services: { web: {} }, networks: { default: {} } }));
    const to = testTarget(
      withStrategy('hand-over', {
        commit: 'c2',
        services: { web: { image: 'web:2' } },
        networks: { default: { internal: true } },
      }),
    );
    const plan = printUpdate(from, to);
    expect(plan).toContain('remove-container web_1_1_c1: network u1_default is replaced');
    expect(plan).not.toContain('rename-container');
  });
});

describe('requires-reboot', () => {
  const labels = { 'io.balena.update.requires-reboot': '1' };
  const to = testTarget({ commit: 'c2', services: { web: { image: 'web:2', labels } } });

  it('creates the new container and starts it after the reboot', () => {
    const from = testTarget({ services: { web: { labels } } });
    expect(printUpdate(from, to)).toBe(
      [
        'acquire-locks 1: to stop web',
        'create-container web_1_1_c2: image web:1 → web:2 [after acquire-locks 1]',
        'stop-container web_1_1_c1: image web:1 → web:2 [after acquire-locks 1, create-container web_1_1_c2]',
        'remove-container web_1_1_c1: image web:1 → web:2 [after stop-container web_1_1_c1, create-container web_1_1_c2]',
        'release-locks 1: done [after remove-container web_1_1_c1]',
        'blocked app 1 service web (reboot): it starts after the device was rebooted',
      ].join('\n'),
    );
  });

  it.each([
    ['waits in the boot that the container was created in', 'boot-1', ''],
    ['starts in the next one', 'boot-2', 'start-container web_1_1_c2: was never started'],
  ])('%s', (_, bootId, start) => {
    const created = changeContainer(reachedSnapshot(to), 'web', ({ config }) => ({
      status: 'created',
      startedAt: null,
      config: { ...config, labels: { ...config.labels, 'io.balena.private.boot-id': 'boot-1' } },
    }));
    const expected =
      start === '' ? 'blocked app 1 service web (reboot): it starts after the device was rebooted' : start;
    expect(printPlan(to, created, { bootId })).toBe(expected);
  });
});
