import { testTarget } from '@device-supervisor/compose/testing';
import { createDeviceConfig, type DeviceConfig, type DeviceDependencies } from '@device-supervisor/device';
import {
  createFakeClock,
  createInMemoryHost,
  type FakeClock,
  type InMemoryHost,
} from '@device-supervisor/device/testing';
import type { TargetState } from '@device-supervisor/state';
import { expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

function configured(config: Readonly<Record<string, string>>): TargetState {
  return { ...testTarget({ services: { web: {} } }), config };
}

function configOf(host: InMemoryHost, clock: FakeClock = createFakeClock()): DeviceConfig {
  return createDeviceConfig({
    ...host,
    managed: true,
    isReported: () => true,
    clock,
    random: () => 0,
    say: () => undefined,
  });
}

function start(host: InMemoryHost, dependencies: Partial<DeviceDependencies> = {}): DeviceHarness {
  return startHarness({ images: { 'web:1': {} }, dependencies: { deviceConfig: configOf(host), ...dependencies } });
}

it('the host is configured before the apps', async () => {
  const host = createInMemoryHost();
  await using harness = start(host);
  let containersThen = -1;
  host.intercept('boot-config write', async () => {
    containersThen = harness.engine.snapshot().containers.length;
  });
  await harness.device.setLocalTarget(configured({ HOST_CONFIG_gpu_mem: '16' }));
  await harness.settle();
  expect(host.state.bootVariables).toEqual({ HOST_CONFIG_gpu_mem: '16' });
  expect(containersThen).toBe(0);
  expect(harness.engine.snapshot().containers).toHaveLength(1);
});

it('a host that cannot be configured does not keep the apps from running, nor the device from settling', async () => {
  const host = createInMemoryHost();
  host.intercept('vpn off', () => Promise.reject(new Error('no bus')));
  await using harness = start(host);
  await harness.device.setLocalTarget(configured({ SUPERVISOR_VPN_CONTROL: '0' }));
  await harness.settle();
  expect(harness.engine.snapshot().containers).toMatchObject([{ status: 'running' }]);
  expect(harness.device.state().applying).toBe(false);
});

it('the firewall stands on a device without a target, which keeps its switches; a step that failed is tried again', async () => {
  const host = createInMemoryHost();
  Object.assign(host.state, { vpn: false, discoverability: false, persistentLogging: true });
  let isBusy = true;
  host.intercept('firewall', async () => {
    if (isBusy) throw new Error('busy');
  });
  const clock = createFakeClock();
  await using harness = start(host, { deviceConfig: configOf(host, clock) });
  await harness.flush();
  expect(host.state.firewall).toBeNull();
  isBusy = false;
  clock.advance(1_000);
  harness.clock.advance(1_000);
  await harness.flush();
  expect(host.state).toMatchObject({ vpn: false, discoverability: false, persistentLogging: true, rebootReasons: [] });
  expect(host.state.firewall).toMatchObject({ mode: 'off', situation: { localMode: true } });
  expect(harness.engine.calls.filter(({ write }) => write)).toEqual([]);
});

it('update locks are overridden when the configuration says so', async () => {
  const host = createInMemoryHost();
  await using harness = start(host);
  const config = { SUPERVISOR_OVERRIDE_LOCK: '1' };
  await harness.device.setLocalTarget(configured(config));
  await harness.settle();
  harness.locks.hold(1, 'web');
  const changed = testTarget({ services: { web: { environment: { A: '1' } } } });
  await harness.device.setLocalTarget({ ...changed, config });
  await harness.settle();
  expect(harness.engine.snapshot().containers[0]?.config.environment['A']).toBe('1');
});

it('a change that needs a reboot leads to one, after the apps', async () => {
  const host = createInMemoryHost();
  const reboots: string[] = [];
  await using harness = start(host, {
    reboots: {
      begun: [],
      get reasons() {
        return host.state.rebootReasons;
      },
      schedule: host.reboot.schedule,
      cancel: host.reboot.cancel,
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
      async rebootIfScheduled() {
        if (host.state.rebootReasons.length === 0) return false;
        reboots.push(harness.engine.snapshot().containers[0]?.status ?? 'none');
        return true;
      },
    },
  });
  await harness.device.setLocalTarget(configured({ HOST_CONFIG_gpu_mem: '16' }));
  await harness.settle();
  expect(reboots[0]).toBe('running');
});
