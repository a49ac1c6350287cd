import { testTarget } from '@device-supervisor/compose/testing';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const FIRST = testTarget({ services: { web: {}, db: {} } });
/** Another release with the same services. */
const SECOND = testTarget({ commit: 'c2', services: { web: {}, db: {} } });

/** Of a container that crashes on. */
const RENAMED_WHILE_STOPPED = ['web_1_1_c2', 'restarting', 'stopContainer', 'renameContainer', 'startContainer'];

interface Crashing extends AsyncDisposable {
  readonly harness: DeviceHarness;
  readonly id: string;
  /** The engine restarts it once more. */
  restart(): Promise<void>;
  /** Name and status of the container as it is, and how often it was stopped and renamed. */
  outcome(): unknown[];
}

/** A device with a service that ends at once whenever it runs; the engine waits to restart it after so many runs. */
async function startCrashing(runs: number): Promise<Crashing> {
  const harness = startHarness({ images: { 'web:1': {}, 'db:1': {} } });
  const { engine } = harness;
  await harness.setTarget(FIRST);
  await harness.settle();
  const id = engine.snapshot().containers.find(({ name }) => name === 'web_1_1_c1')?.id ?? '';
  const restart = async (): Promise<void> => {
    engine.resume(id);
    await harness.flush();
  };
  engine.endAtOnce(id, 1);
  engine.exit(id, 1);
  await harness.flush();
  for (let run = 1; run < runs; run++) await restart();
  engine.clearCalls();
  return {
    harness,
    id,
    restart,
    outcome() {
      const { name, status } = engine.snapshot().containers.find((one) => one.id === id) ?? {};
      const calls = engine.calls.filter(({ write, target }) => write && target === id).map(({ kind }) => kind);
      return [name, status, ...calls];
    },
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

describe('a new release with the container of a service that the engine is about to restart', () => {
  it('waits until it runs, and says so', async () => {
    await using crashing = await startCrashing(1);
    const { harness, id } = crashing;
    await harness.setTarget(SECOND);
    await harness.flush();
    expect(crashing.outcome()).toEqual(['web_1_1_c1', 'restarting']);
    expect(harness.device.state()).toMatchObject({ applying: true, blocked: [{ service: 'web', reason: 'engine' }] });
    expect(harness.said().filter((line) => line.startsWith("Service 'web' has to wait"))).toHaveLength(1);
    harness.engine.endAtOnce(id, null);
    await crashing.restart();
    expect(crashing.outcome()).toEqual(['web_1_1_c2', 'running', 'renameContainer']);
    expect(harness.device.state()).toMatchObject({ applying: false, blocked: [], apps: [{ updateStatus: 'done' }] });
  });

  it('is there after a few restarts where it never runs for long, without a retry or a failure', async () => {
    await using crashing = await startCrashing(1);
    const { harness } = crashing;
    await harness.setTarget(SECOND);
    for (let run = 0; run < 3; run++) await crashing.restart();
    await harness.flush();
    expect(crashing.outcome()).toEqual(RENAMED_WHILE_STOPPED);
    expect(harness.said().filter((line) => line.includes('Failed'))).toEqual([]);
    expect(harness.device.state()).toMatchObject({
      applying: false,
      blocked: [],
      notices: [{ service: 'web', field: 'restart' }],
      apps: [{ commit: 'c2', services: [{ name: 'web', status: 'restarting' }, { status: 'Running' }] }],
    });
  });

  it('is there at once where it is known to crash again and again', async () => {
    await using crashing = await startCrashing(4);
    await crashing.harness.setTarget(SECOND);
    await crashing.harness.flush();
    expect(crashing.outcome()).toEqual(RENAMED_WHILE_STOPPED);
  });

  it('does not hold it against the device that it ended after the device had looked', async () => {
    await using crashing = await startCrashing(1);
    const { harness, id } = crashing;
    harness.engine.endAtOnce(id, null);
    await crashing.restart();
    using hold = harness.engine.hold('renameContainer');
    await harness.setTarget(SECOND);
    await harness.flush();
    harness.engine.exit(id, 1);
    hold.release();
    await harness.flush();
    expect(crashing.outcome()).toEqual(['web_1_1_c1', 'restarting', 'renameContainer']);
    expect(harness.said().filter((line) => line.includes('Failed'))).toEqual([]);
    await crashing.restart();
    expect(crashing.outcome()).toEqual(['web_1_1_c2', 'running', 'renameContainer', 'renameContainer']);
    expect(harness.device.state()).toMatchObject({ applying: false, blocked: [] });
  });

  it('runs it also when the device is killed in the middle, whatever its restart policy', async () => {
    for (const restart of ['always', 'on-failure', 'on-failure:9']) {
      await using harness = startHarness({ images: { 'web:1': {} } });
      const services = { web: { composition: { restart } } };
      await harness.setTarget(testTarget({ services }));
      await harness.settle();
      const [{ id } = { id: '' }] = harness.engine.snapshot().containers;
      harness.engine.endAtOnce(id, 1);
      harness.engine.exit(id, 1);
      for (let run = 1; run < 4; run++) {
        await harness.flush();
        harness.engine.resume(id);
      }
      using hold = harness.engine.hold('renameContainer');
      await harness.setTarget(testTarget({ commit: 'c2', services }));
      await harness.flush();
      expect(harness.engine.snapshot().containers).toMatchObject([{ name: 'web_1_1_c1', status: 'exited' }]);
      harness.kill();
      hold.release();
      harness.engine.endAtOnce(id, null);
      await harness.settle();
      expect(harness.engine.snapshot().containers).toMatchObject([{ name: 'web_1_1_c2', status: 'running' }]);
    }
  });
});
