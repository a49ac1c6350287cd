import { formatPlan, plan, type EngineSnapshot } from '@device-supervisor/compose';
import { reachedSnapshot, testImage, testPlanInput, testTarget } from '@device-supervisor/compose/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwaitedPushes } from './awaited-pushes.ts';

const DEPLOYED = testTarget({ services: { web: { contentId: 'sha256:first build' }, db: {} } });
const REACHED = reachedSnapshot(DEPLOYED);
const FIRST_BUILD = { ...testImage('web:1'), id: 'sha256:first build', tags: [] };
const SECOND_BUILD = { ...testImage('web:1'), id: 'sha256:second build' };
const NOTHING: ReadonlySet<string> = new Set();

let now: number;
let pushes: AwaitedPushes;

beforeEach(() => {
  now = 5_000;
  pushes = new AwaitedPushes(() => now);
});

function engine(images: EngineSnapshot['images'], ...services: readonly string[]): EngineSnapshot {
  const containers = REACHED.containers.filter(({ identity }) => services.includes(identity?.serviceName ?? ''));
  return { ...REACHED, containers, images: [...images, testImage('db:1')] };
}

/** The plan for a deployed target on this engine. */
function planned(snapshot: EngineSnapshot, except = NOTHING): string {
  pushes.update(snapshot);
  const paused = pushes.paused(DEPLOYED, { snapshot, except });
  return formatPlan(plan(testPlanInput(DEPLOYED, snapshot, { policy: { paused } })));
}

describe('a service whose container a client removed', () => {
  it('waits ten seconds for its target when its image was built again', () => {
    planned(engine([FIRST_BUILD, SECOND_BUILD], 'web', 'db'));
    now += 1_000;
    const removed = engine([FIRST_BUILD, SECOND_BUILD], 'db');
    expect(planned(removed)).toBe(
      'blocked app 1 service web (backoff): its container was removed after web:1 had been built again; waits 10 s for the target that deploys the build',
    );
    expect(pushes.delayUntilChange).toBe(10_000);
    now += 9_999;
    expect(planned(removed)).not.toContain('create-container');
    expect(pushes.delayUntilChange).toBe(1);
    now += 1;
    expect(planned(removed)).toContain('create-container web_1_1_c1');
    expect(pushes.delayUntilChange).toBe(Infinity);
  });

  it.each<[string, EngineSnapshot['images']]>([
    ['its image is as it was', [{ ...FIRST_BUILD, tags: ['web:1'] }]],
    ['its image has lost its name', [FIRST_BUILD]],
  ])('comes back at once when %s', (_, images) => {
    planned(engine(images, 'web', 'db'));
    expect(planned(engine(images, 'db'))).toContain('create-container web_1_1_c1');
  });

  it('comes back at once when a client wants it to', () => {
    planned(engine([FIRST_BUILD, SECOND_BUILD], 'web', 'db'));
    const removed = engine([FIRST_BUILD, SECOND_BUILD], 'db');
    expect(planned(removed, new Set(['1/web']))).toContain('create-container web_1_1_c1');
  });

  it('does not wait where it never had one', () => {
    expect(planned(engine([FIRST_BUILD, SECOND_BUILD], 'db'))).toContain('create-container web_1_1_c1');
  });
});
