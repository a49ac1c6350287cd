import { testTarget } from '@device-supervisor/compose/testing';
import { NotInLocalModeError } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const CLOUD = testTarget({
  id: 7,
  services: { web: { composition: { volumes: ['data:/data'] } } },
  volumes: { data: {} },
});
const LOCAL = testTarget({
  id: 1,
  services: { dev: { image: 'dev:1', composition: { volumes: ['scratch:/data'] } }, tool: { image: 'tool:1' } },
  volumes: { scratch: {} },
});

function withLocalMode(target: TargetState): TargetState {
  return { ...target, config: { ...target.config, SUPERVISOR_LOCAL_MODE: '1' } };
}

/** A device of a cloud, with an image `tool:1` that another client put on the engine. */
async function managed(): Promise<DeviceHarness> {
  const harness = startHarness({
    images: { 'tool:1': { content: 'tool' } },
    pullable: { 'web:1': { content: 'web' } },
    dependencies: { managed: true },
  });
  await harness.device.setCloudTarget(CLOUD);
  await harness.settle();
  return harness;
}

async function developed(): Promise<DeviceHarness> {
  const harness = await managed();
  await harness.device.setCloudTarget(withLocalMode(CLOUD));
  await harness.settle();
  harness.engine.addImage('dev:1', { content: 'dev' });
  await harness.device.setLocalTarget(LOCAL);
  await harness.settle();
  return harness;
}

function names({ engine }: DeviceHarness): Record<string, string[]> {
  const { containers, images, volumes } = engine.snapshot();
  return {
    containers: containers.map(({ name }) => name).sort(),
    images: images.flatMap(({ tags }) => tags).sort(),
    volumes: volumes.map(({ name }) => name).sort(),
  };
}

describe('a device of a cloud', () => {
  it('takes no target from a developer', async () => {
    await using harness = await managed();
    await expect(harness.device.setLocalTarget(LOCAL)).rejects.toThrow(NotInLocalModeError);
  });

  it('in local mode sets the apps of the cloud aside, and keeps their images and data', async () => {
    await using harness = await managed();
    await harness.device.setCloudTarget(withLocalMode(CLOUD));
    expect(harness.device.localMode).toBe(true);
    await harness.settle();
    expect(names(harness)).toEqual({ containers: [], images: ['tool:1', 'web:1'], volumes: ['7_data'] });
  });

  it('runs what the developer wants', async () => {
    await using harness = await developed();
    expect(names(harness).containers).toEqual(['dev_1_1_c1', 'tool_2_1_c1']);
  });

  it('goes on with it after a restart', async () => {
    await using harness = await developed();
    await harness.restart();
    await harness.settle();
    expect(names(harness).containers).toEqual(['dev_1_1_c1', 'tool_2_1_c1']);
  });

  it('takes note of a new target of the cloud meanwhile, and does not act on it', async () => {
    await using harness = await developed();
    await harness.device.setCloudTarget(withLocalMode(testTarget({ id: 7, commit: 'c2', services: {} })));
    await harness.settle();
    expect(names(harness).containers).toEqual(['dev_1_1_c1', 'tool_2_1_c1']);
  });

  it('leaving local mode brings the apps of the cloud back, and takes away what the developer made and nothing else', async () => {
    await using harness = await developed();
    await harness.restart();
    await harness.device.setCloudTarget(CLOUD);
    expect(harness.device.localMode).toBe(false);
    await harness.settle();
    expect(names(harness)).toEqual({
      containers: ['web_601_1_c1'],
      images: ['tool:1', 'web:1'],
      volumes: ['7_data'],
    });
  });

  it('entering it again begins without the last target of the developer', async () => {
    await using harness = await developed();
    await harness.device.setCloudTarget(CLOUD);
    await harness.settle();
    await harness.device.setCloudTarget(withLocalMode(CLOUD));
    await harness.settle();
    expect(names(harness).containers).toEqual([]);
  });
});

describe('a developer whose app has the id of the fleet', () => {
  const fleet = testTarget({
    id: 1,
    services: { main: { composition: { volumes: ['data:/data'], network_mode: 'host' } } },
    volumes: { data: {} },
  });
  const pushed = testTarget({
    id: 1,
    services: { main: { image: 'dev:1', composition: { volumes: ['data:/data'], network_mode: 'host' } } },
    volumes: { data: {} },
  });

  it('gets containers and volumes of their own, which leave with local mode before the fleet is back', async () => {
    await using harness = startHarness({
      images: { 'dev:1': { content: 'dev' } },
      pullable: { 'main:1': { content: 'main' } },
      dependencies: { managed: true },
    });
    await harness.device.setCloudTarget(fleet);
    await harness.settle();
    await harness.device.setCloudTarget(withLocalMode(fleet));
    await harness.device.setLocalTarget(pushed);
    await harness.settle();
    expect(names(harness)).toMatchObject({
      containers: ['main_1_1_c1'],
      volumes: ['1000000001_data', '1_data'],
    });
    expect(harness.engine.snapshot().containers[0]?.config.mounts).toContainEqual(
      expect.objectContaining({ source: '1000000001_data' }),
    );

    const before = harness.events.length;
    await harness.device.setCloudTarget(fleet);
    await harness.settle();
    expect(names(harness)).toEqual({ containers: ['main_1_1_c1'], images: ['dev:1', 'main:1'], volumes: ['1_data'] });
    const done = harness.events
      .slice(before)
      .flatMap((event) => (event.type === 'operation-finished' ? [event.operation.kind] : []));
    expect(done.indexOf('stop-container')).toBeGreaterThanOrEqual(0);
    expect(done.indexOf('start-container')).toBeGreaterThan(done.indexOf('stop-container'));
  });
});
