import { describe, expect, it } from 'vitest';
import type { ContainerUsage } from '@device-supervisor/engine';
import type { DeviceState, ServiceState } from '@device-supervisor/device';
import type { HostMetrics } from '@device-supervisor/host-facts';
import { usageSource } from './usage-source.ts';

const HOST: HostMetrics = {
  cpuUsage: 12,
  memoryUsage: 2,
  memoryTotal: 4,
  storageUsage: null,
  storageTotal: null,
  storageBlockDevice: null,
  cpuTemperature: null,
  cpuId: null,
  isUndervolted: null,
};

function service(name: string, fields: Partial<ServiceState> = {}): ServiceState {
  return {
    name,
    serviceId: 1,
    imageId: 1,
    releaseId: 1,
    image: 'a',
    status: 'Running',
    downloadProgress: null,
    containerId: `${name}-id`,
    createdAt: 0,
    startedAt: 0,
    restarts: 0,
    exitCode: null,
    health: 'none',
    publishedPorts: [],
    dependsOn: [],
    ...fields,
  };
}

function start(services: readonly ServiceState[]) {
  const usage = new Map<string, ContainerUsage>();
  const world = { now: 0, usage, asked: 0 };
  const state: DeviceState = {
    observed: true,
    applying: false,
    apps: [{ id: 7, uuid: 'u', name: 'n', commit: null, updateStatus: 'done', services }],
    images: [],
    blocked: [],
    notices: [],
    overallDownloadProgress: null,
  };
  const read = usageSource({
    device: { state: () => state },
    engine: {
      async containerUsage(id) {
        world.asked++;
        const found = usage.get(id);
        if (found === undefined) throw new Error(`no container ${id}`);
        return found;
      },
    },
    metrics: { read: async () => HOST },
    monotonic: () => world.now,
    processors: 2,
  });
  return { world, read };
}

describe('usage', () => {
  it('is that of the host, and of each service in per cent of all processors', async () => {
    const { world, read } = start([service('web')]);
    world.usage.set('web-id', { cpuTime: 1e9, memory: 5000 });
    expect(await read()).toEqual({
      cpuPercent: 12,
      memoryBytes: 2 * 1024 ** 2,
      memoryTotalBytes: 4 * 1024 ** 2,
      services: [{ appId: 7, service: 'web', cpuPercent: null, memoryBytes: 5000 }],
    });
    world.now += 10_000;
    // Five of ten seconds of one of two processors.
    world.usage.set('web-id', { cpuTime: 6e9, memory: 5000 });
    expect((await read()).services).toEqual([{ appId: 7, service: 'web', cpuPercent: 25, memoryBytes: 5000 }]);
  });

  it('begins again after a restart, whose processor time begins at 0', async () => {
    const { world, read } = start([service('web')]);
    world.usage.set('web-id', { cpuTime: 6e9, memory: 1 });
    await read();
    world.now += 1_000;
    world.usage.set('web-id', { cpuTime: 1e6, memory: 1 });
    expect((await read()).services).toMatchObject([{ cpuPercent: null }]);
  });

  it('leaves out what has no container, does not run, or that the engine does not tell about', async () => {
    const { world, read } = start([
      service('coming', { containerId: null, status: 'Downloading' }),
      service('over', { status: 'exited' }),
      service('away'),
    ]);
    expect((await read()).services).toEqual([]);
    expect(world.asked).toBe(1);
  });
});
