import type { EngineSnapshot, ObservedContainer } from '@device-supervisor/compose';
import { reachedSnapshot, testLease, testTarget } from '@device-supervisor/compose/testing';
import { describe, expect, it } from 'vitest';
import type { DeviceEngine } from '../ports.ts';
import { createSnapshotEngine } from '../testing/snapshot-engine.ts';
import { ContainerHistory } from './container-history.ts';

const MINUTE = 60_000;

function withWeb(change: Partial<ObservedContainer>): EngineSnapshot {
  const snapshot = reachedSnapshot(testTarget({ services: { web: {} } }));
  return { ...snapshot, containers: snapshot.containers.map((one) => ({ ...one, id: 'web', ...change })) };
}

/** A history after looks at the engine, each given as minutes and what the container was like. */
async function look(...looks: readonly (readonly [minutes: number, change: Partial<ObservedContainer>])[]) {
  let now = 0;
  let snapshot = withWeb({});
  const history = new ContainerHistory(() => now);
  const engine = history.follow(createSnapshotEngine(() => snapshot));
  const observe = async ([minutes, change]: readonly [number, Partial<ObservedContainer>]): Promise<EngineSnapshot> => {
    now = minutes * MINUTE;
    snapshot = withWeb(change);
    return await engine.observe({ imageReferences: [] });
  };
  for (const one of looks) await observe(one);
  return { history, engine, observe };
}

const restarts = (restartCount: number) => ({ restartCount });

describe('crash loops', () => {
  it.each([
    [
      'three restarts within ten minutes',
      [
        [0, 0],
        [1, 1],
        [5, 2],
        [9, 3],
      ],
      ['web'],
    ],
    [
      'more than three between two looks',
      [
        [0, 0],
        [9, 5],
      ],
      ['web'],
    ],
    [
      'few',
      [
        [0, 0],
        [1, 2],
      ],
      [],
    ],
    [
      'far apart',
      [
        [0, 0],
        [20, 1],
        [40, 2],
        [60, 3],
      ],
      [],
    ],
    [
      'long ago',
      [
        [0, 0],
        [1, 3],
        [11, 3],
      ],
      [],
    ],
    [
      'before we looked',
      [
        [0, 7],
        [1, 7],
      ],
      [],
    ],
    [
      'a count that restarts',
      [
        [0, 5],
        [1, 0],
        [2, 2],
      ],
      [],
    ],
  ] satisfies [string, [number, number][], string[]][])('%s', async (_, looks, expected) => {
    const { history } = await look(...looks.map(([minutes, count]) => [minutes, restarts(count)] as const));
    expect([...history.crashLooping]).toEqual(expected);
  });

  it('end ten minutes after the first of the restarts', async () => {
    const { history } = await look([0, restarts(0)], [1, restarts(1)], [2, restarts(3)], [4, restarts(3)]);
    expect(history.delayUntilChange).toBe(7 * MINUTE);
    expect((await look([0, {}])).history.delayUntilChange).toBe(Infinity);
  });
});

describe('running', () => {
  it('lasts from the first look to the end, whatever the clock of the host says', async () => {
    const { history, observe } = await look([1, { startedAt: 9e15 }], [4, { startedAt: 9e15 }]);
    expect(history.runningFor).toEqual(new Map([['web', 3 * MINUTE]]));
    await observe([5, { restartCount: 1 }]);
    expect(history.runningFor).toEqual(new Map([['web', 0]]));
    await observe([6, { status: 'exited' }]);
    expect(history.runningFor).toEqual(new Map());
  });

  it('is remembered of a container that has ended, and forgotten with it', async () => {
    const { history, observe } = await look([0, {}], [1, { status: 'exited' }]);
    expect([...history.seenRunning]).toEqual(['web']);
    await observe([2, { id: 'other', status: 'exited' }]);
    expect([...history.seenRunning]).toEqual([]);
  });

  it('is known of a container that we started by its name, though it ended before we looked', async () => {
    const { history, observe } = await look();
    history.record(start('web_1_1_c1'));
    await observe([1, { name: 'web_1_1_c1', status: 'exited' }]);
    expect([...history.seenRunning]).toEqual(['web']);
  });

  it('is known also where the look had begun before the start', async () => {
    const held = Promise.withResolvers<void>();
    const history = new ContainerHistory(() => 0);
    let snapshot: EngineSnapshot = { ...withWeb({}), containers: [] };
    const slow: DeviceEngine = {
      ...createSnapshotEngine(() => snapshot),
      async observe() {
        const seen = snapshot;
        await held.promise;
        return seen;
      },
    };
    const engine = history.follow(slow);
    const early = engine.observe({ imageReferences: [] });
    history.record(start('web_1_1_c1'));
    held.resolve();
    await early;
    snapshot = withWeb({ name: 'web_1_1_c1', status: 'exited' });
    await engine.observe({ imageReferences: [] });
    expect([...history.seenRunning]).toEqual(['web']);
  });
});

describe('our own stops', () => {
  it('are marked from the call on, until we start the container', async () => {
    const { engine, observe, history } = await look([0, {}]);
    await engine.stopContainer('web', testLease(1, ['web']), null);
    expect((await observe([1, { status: 'exited' }])).containers).toMatchObject([{ stoppedByUs: true }]);
    expect(history.mark(withWeb({})).containers).toMatchObject([{ stoppedByUs: true }]);
    await engine.startContainer('web');
    expect((await observe([2, {}])).containers[0]?.stoppedByUs).toBeUndefined();
  });
});

function start(container: string) {
  return {
    kind: 'start-container',
    id: `start-container ${container}`,
    dependsOn: [],
    cause: 'does not run',
    appId: 1,
    service: 'web',
    container,
  } as const;
}
