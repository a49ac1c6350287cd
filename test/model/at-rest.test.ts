import { testTarget } from '@device-supervisor/compose/testing';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const IMAGES = Object.fromEntries(['web:1', 'db:1'].map((name) => [name, { content: name }]));
const HALF_MINUTE = 30_000;
const MINUTE = 60_000;
const TEN_MINUTES = 600_000;

interface Resting {
  readonly harness: DeviceHarness;
  /** How often the locks of the app were read, which each plan does. */
  readonly plans: () => number;
  readonly looks: () => number;
}

/** @param engineState whether the engine answers */
async function atRest(engineState = { isAway: false }): Promise<Resting> {
  let [plans, looks] = [0, 0];
  const harness = startHarness({
    images: IMAGES,
    wrapEngine: (engine) => ({
      ...engine,
      async observe(request) {
        looks++;
        if (engineState.isAway) throw new Error('the engine does not answer');
        return await engine.observe(request);
      },
      // Open and silent: looks alone find what happens.
      async *events(signal) {
        for await (const event of engine.events(signal)) if (event.kind === 'connected') yield event;
      },
    }),
    wrapPorts: (ports) => ({
      ...ports,
      locks: {
        ...ports.locks,
        holders: async (...subject) => {
          plans++;
          return await ports.locks.holders(...subject);
        },
      },
    }),
  });
  await harness.device.setLocalTarget(testTarget({ services: { web: {}, db: {} } }));
  await harness.settle();
  await pass(harness, HALF_MINUTE);
  [plans, looks] = [0, 0];
  return { harness, plans: () => plans, looks: () => looks };
}

async function pass({ clock, flush }: DeviceHarness, time: number): Promise<void> {
  for (let passed = 0; passed < time; passed += HALF_MINUTE) {
    clock.advance(HALF_MINUTE);
    await flush();
  }
}

describe('a device at rest', () => {
  it('is looked at every minute, and makes no plan of what it knows', async () => {
    const { harness, plans, looks } = await atRest();
    await using _harness = harness;
    await pass(harness, TEN_MINUTES - MINUTE);
    expect(looks()).toBe(9);
    expect(plans()).toBe(0);
  });

  it('makes another plan every ten minutes, for what no look shows', async () => {
    const { harness, plans } = await atRest();
    await using _harness = harness;
    await pass(harness, 3 * TEN_MINUTES);
    expect(plans()).toBe(3);
  });

  it('makes a plan at once when a look finds a change', async () => {
    const { harness, plans } = await atRest();
    await using _harness = harness;
    const [web] = harness.engine.snapshot().containers;
    harness.engine.exit(web?.id ?? '', 1);
    await pass(harness, MINUTE);
    expect(plans()).toBeGreaterThan(0);
    const services = harness.device.state().apps.flatMap(({ services: all }) => all.map(({ status }) => status));
    expect(services.sort()).toEqual(['Running', 'restarting']);
  });

  it('looks again after growing delays when the engine is away while a plan is due', async () => {
    const engineState = { isAway: false };
    const { harness, looks } = await atRest(engineState);
    await using _harness = harness;
    await pass(harness, TEN_MINUTES - HALF_MINUTE);
    engineState.isAway = true;
    const [before, start] = [looks(), harness.clock.monotonic()];
    for (let timers = 0; timers < 50; timers++) {
      harness.clock.advanceToNext();
      await harness.flush();
    }
    expect(harness.clock.monotonic() - start).toBeGreaterThan(TEN_MINUTES);
    expect(looks() - before).toBeLessThanOrEqual(50);
  });

  it('tries a cleanup that failed again after its delay, before the next look', async () => {
    const attempts: number[] = [];
    await using harness = startHarness({
      images: { ...IMAGES, 'web:2': { content: 'web:2' } },
      managed: true,
      wrapEngine: (engine) => ({
        ...engine,
        async removeImage(reference) {
          attempts.push(harness.clock.monotonic());
          if (attempts.length < 3) throw new Error('the engine does not remove it');
          await engine.removeImage(reference);
        },
      }),
    });
    await harness.setTarget(testTarget({ services: { web: {}, db: {} } }));
    await harness.settle();
    await harness.setTarget(testTarget({ commit: 'c2', services: { web: { image: 'web:2' }, db: {} } }));
    await harness.settle();
    for (let timers = 0; attempts.length < 3 && timers < 20; timers++) {
      harness.clock.advanceToNext();
      await harness.flush();
    }
    expect(attempts).toHaveLength(3);
    expect((attempts[2] ?? 0) - (attempts[0] ?? 0)).toBeLessThan(5_000);
  });

  it('makes a plan at once when a client asks', async () => {
    const { harness, plans } = await atRest();
    await using _harness = harness;
    await harness.device.update({ force: false });
    await harness.flush();
    expect(plans()).toBe(1);
  });
});
