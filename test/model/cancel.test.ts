import { testTarget } from '@device-supervisor/compose/testing';
import type { TargetState } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

describe('the update of one app', () => {
  const apps = (image: string): TargetState =>
    testTarget({ services: { web: { image } } }, { services: { db: { image } } });
  const imagesOf = ({ engine }: DeviceHarness): Record<string, string> =>
    Object.fromEntries(
      engine.snapshot().containers.map(({ identity, imageReference }) => [identity?.serviceName ?? '', imageReference]),
    );

  async function twoApps(): Promise<DeviceHarness> {
    const harness = startHarness({ images: { 'one:1': { content: '1' } }, pullable: { 'two:1': { content: '2' } } });
    await harness.device.setLocalTarget(apps('one:1'));
    await harness.settle();
    return harness;
  }

  it('that is cancelled leaves that of the other under way, and what is shown of it', async () => {
    await using harness = await twoApps();
    using hold = harness.engine.hold('pullImage');
    await harness.device.setLocalTarget(apps('two:1'));
    await harness.flush();
    await harness.device.update({ cancel: true, appId: 1 });
    hold.release();
    await harness.settle();
    expect(imagesOf(harness)).toEqual({ web: 'one:1', db: 'two:1' });
    expect(harness.device.state().apps.map(({ updateStatus }) => updateStatus)).toEqual(['aborted', 'done']);
    expect(harness.device.state().applying).toBe(false);
    await harness.device.update({ appId: 2 });
    await harness.settle();
    expect(imagesOf(harness)).toEqual({ web: 'one:1', db: 'two:1' });
    await harness.device.update({ appId: 1 });
    await harness.settle();
    expect(imagesOf(harness)).toEqual({ web: 'two:1', db: 'two:1' });
  });

  it('that is forced breaks the locks of its services alone', async () => {
    await using harness = await twoApps();
    harness.locks.hold(1, 'web');
    harness.locks.hold(2, 'db');
    await harness.device.setLocalTarget(apps('two:1'));
    await harness.flush();
    await harness.device.update({ force: true, appId: 2 });
    await harness.flush();
    expect(imagesOf(harness)).toEqual({ web: 'one:1', db: 'two:1' });
    await harness.device.update({ force: true });
    await harness.settle();
    expect(imagesOf(harness)).toEqual({ web: 'two:1', db: 'two:1' });
  });
});

describe('a cancel in the middle of a replacement', () => {
  const IMAGES = { 'web:1': { content: '1' }, 'web:2': { content: '2' } };
  const release = (image: string): TargetState => testTarget({ services: { web: { image } } });
  const containers = ({ engine }: DeviceHarness): string[] =>
    engine
      .snapshot()
      .containers.map(({ imageReference, status }) => `${imageReference} ${status}`)
      .toSorted();

  /** Cancels the update while the engine is at a call. */
  async function cancelDuring(call: 'createContainer' | 'stopContainer' | 'startContainer'): Promise<DeviceHarness> {
    const harness = startHarness({ images: IMAGES });
    await harness.device.setLocalTarget(release('web:1'));
    await harness.settle();
    const hold = harness.engine.hold(call);
    await harness.device.setLocalTarget(release('web:2'));
    await harness.flush();
    expect(hold.waiting).toBe(1);
    await harness.device.update({ cancel: true });
    hold.release();
    await harness.settle();
    return harness;
  }

  it.each([
    ['createContainer', ['web:1 running', 'web:2 created']],
    ['stopContainer', ['web:1 running', 'web:2 created']],
    ['startContainer', ['web:2 running']],
  ] as const)('leaves the service running in one container: during %s', async (call, expected) => {
    await using harness = await cancelDuring(call);
    expect(containers(harness)).toEqual(expected);
    await harness.device.update();
    await harness.settle();
    expect(containers(harness)).toEqual(['web:2 running']);
  });
});
