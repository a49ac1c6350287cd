import { testTarget } from '@device-supervisor/compose/testing';
import type { ImageStorage } from '@device-supervisor/device';
import { ImageDamagedError } from '@device-supervisor/engine';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const LAYERS = { layers: [] };
const storage = (known: boolean) => ({ space: async () => null, sizeOf: async () => (known ? LAYERS : null) });
const TARGET_WEB = { composition: { restart: 'always' } };
const TARGET = testTarget({ services: { web: TARGET_WEB, db: {} } });

function imageCalls({ engine }: DeviceHarness): string[] {
  return engine.calls
    .filter(({ kind }) => kind === 'removeImage' || kind === 'pullImage')
    .map(({ kind, target }) => `${kind} ${target}`);
}

function statusesOf({ engine }: DeviceHarness): string[] {
  return engine
    .snapshot()
    .containers.map(({ identity, status }) => `${identity?.serviceName} ${status}`)
    .toSorted();
}

describe('an image of which the engine makes no container because its layers are lost', () => {
  it('is removed and fetched again, and the service beside it runs on', async () => {
    await using harness = startHarness({ pullable: { 'web:1': {}, 'db:1': {} } });
    const { engine } = harness;
    engine.failNext('createContainer', new ImageDamagedError('web:1', 'layer does not exist'));
    await harness.setTarget(testTarget({ services: { web: {} } }));
    await harness.settle();
    expect(imageCalls(harness)).toEqual(['pullImage web:1', 'removeImage web:1', 'pullImage web:1']);
    expect(statusesOf(harness)).toEqual(['web running']);
  });
});

describe('a container that crashes again and again after a power cut', () => {
  /** A device whose power is cut, and whose service crashes from then on until it has another container. */
  async function cutPower(registry: ImageStorage, isCut = true) {
    let boot = 1;
    const harness = startHarness({
      pullable: { 'web:1': {}, 'db:1': {} },
      storage: registry,
      managed: true,
      dependencies: {
        get bootId() {
          return `boot-${boot}`;
        },
      },
    });
    const { engine } = harness;
    await harness.setTarget(TARGET);
    await harness.settle();
    const web = engine.snapshot().containers.find(({ identity }) => identity?.serviceName === 'web')?.id ?? '';
    boot++;
    if (isCut) harness.kill();
    else await harness.restart();
    await harness.flush();
    engine.clearCalls();
    for (let time = 0; time < 5; time++) {
      if (engine.snapshot().containers.some(({ id, status }) => id === web && status === 'running'))
        engine.exit(web, 127);
      await harness.flush();
      if (engine.snapshot().containers.some(({ id, status }) => id === web && status === 'restarting'))
        engine.resume(web);
      await harness.flush();
    }
    for (let timers = 0; timers < 20 && harness.clock.advanceToNext(); timers++) await harness.flush();
    return harness;
  }

  it('gets its image again, once', async () => {
    await using harness = await cutPower(storage(true));
    expect(imageCalls(harness)).toEqual(['removeImage web:1', 'pullImage web:1']);
    expect(statusesOf(harness)).toEqual(['db running', 'web running']);
  });

  it('keeps it where no registry has it', async () => {
    await using harness = await cutPower(storage(false));
    expect(imageCalls(harness)).toEqual([]);
  });

  it('keeps it when it runs again before the registry answers, and its next change is applied', async () => {
    let isReachable = false;
    await using harness = await cutPower({
      space: async () => null,
      sizeOf: async () => (isReachable ? LAYERS : null),
    });
    const running = harness.engine.snapshot().containers.find(({ identity }) => identity?.serviceName === 'web');
    for (let minute = 0; minute < 20; minute++) {
      harness.clock.advance(60_000);
      await harness.flush();
    }
    expect(running?.status).toBe('running');
    isReachable = true;
    const service = { composition: { restart: 'always', environment: { NEW: '1' } } };
    await harness.setTarget(testTarget({ services: { web: service, db: {} } }));
    await harness.settle();
    expect(imageCalls(harness)).toEqual([]);
    const web = harness.engine.snapshot().containers.find(({ identity }) => identity?.serviceName === 'web');
    expect(web?.config.environment['NEW']).toBe('1');
  });

  it('does not hold up other services while the registry does not answer', async () => {
    await using harness = await cutPower({
      space: async () => null,
      sizeOf: () => Promise.withResolvers<null>().promise,
    });
    await harness.setTarget(testTarget({ services: { web: TARGET_WEB, db: { environment: { NEW: '1' } } } }));
    await harness.settle();
    const db = harness.engine.snapshot().containers.find(({ identity }) => identity?.serviceName === 'db');
    expect(db?.config.environment['NEW']).toBe('1');
    expect(imageCalls(harness)).toEqual([]);
  });

  it('keeps it after a boot that came in peace', async () => {
    await using harness = await cutPower(storage(true), false);
    expect(imageCalls(harness)).toEqual([]);
  });
});
