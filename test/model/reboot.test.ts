import { testTarget } from '@device-supervisor/compose/testing';
import { openRebootAfterApply, UpdatesLockedError, type RebootAfterApply } from '@device-supervisor/device';
import { expect, it } from 'vitest';
import { startHarness, type DeviceHarness } from './device-harness.ts';

const TARGET = testTarget({
  services: { web: { labels: { 'io.balena.update.requires-reboot': '1' } }, db: {} },
});

/** A breadcrumb in memory, and a host that reboots unless an update lock is held. */
async function reboots(
  isLocked: () => boolean = () => false,
  onReboot: () => Promise<void> = async () => undefined,
): Promise<RebootAfterApply & { readonly count: number }> {
  let content: string | null = null;
  let count = 0;
  const opened = await openRebootAfterApply({
    bootId: 'boot-1',
    breadcrumb: {
      read: async () => content,
      write: async (text) => void (content = text),
      remove: async () => void (content = null),
    },
    power: {
      async reboot() {
        if (isLocked()) throw new UpdatesLockedError(['db']);
        await onReboot();
        count++;
      },
    },
    onFault: (error) => expect.fail(String(error)),
  });
  return {
    get reasons() {
      return opened.reasons;
    },
    get begun() {
      return opened.begun;
    },
    schedule: opened.schedule,
    cancel: opened.cancel,
    rebootIfScheduled: opened.rebootIfScheduled,
    subscribe: opened.subscribe,
    get count() {
      return count;
    },
  };
}

function statuses({ engine }: DeviceHarness): Record<string, string> {
  return Object.fromEntries(
    engine.snapshot().containers.map(({ identity, status }) => [identity?.serviceName ?? '', status]),
  );
}

it('a service that waits for a reboot is created, everything else is done, and then the device reboots', async () => {
  const host = await reboots();
  await using harness = startHarness({ images: { 'web:1': {}, 'db:1': {} }, dependencies: { reboots: host } });
  await harness.device.setLocalTarget(TARGET);
  await harness.flush();
  expect(statuses(harness)).toEqual({ web: 'created', db: 'running' });
  expect(host.count).toBeGreaterThan(0);
});

it('a service that waited for a reboot is started in the boot that follows', async () => {
  await using harness = startHarness({
    images: { 'web:1': {}, 'db:1': {} },
    dependencies: { reboots: await reboots() },
  });
  await harness.device.setLocalTarget(TARGET);
  await harness.flush();
  await harness.restart({ bootId: 'boot-2' });
  await harness.flush();
  expect(statuses(harness)).toEqual({ web: 'running', db: 'running' });
  expect(harness.device.state().applying).toBe(false);
});

it('a reboot waits for update locks, and says so', async () => {
  let locked = true;
  const host = await reboots(() => locked);
  await using harness = startHarness({ images: { 'web:1': {}, 'db:1': {} }, dependencies: { reboots: host } });
  await harness.device.setLocalTarget(TARGET);
  await harness.flush();
  expect(host.count).toBe(0);
  expect(harness.said()).toContain(
    'Updates are locked, retrying in 30 s (The device: the device has to reboot (service web of app 1 waits for it): Updates are locked by db. Wait until the lock is released, or force it)',
  );
  locked = false;
  harness.locks.hold(1, 'db');
  harness.locks.drop(1, 'db');
  await harness.flush();
  expect(host.count).toBeGreaterThan(0);
});

it('a reboot waits neither for what waits for it, nor for what fails again and again', async () => {
  const host = await reboots();
  const target = testTarget({
    services: {
      web: { labels: { 'io.balena.update.requires-reboot': '1' } },
      side: { image: 'web:1', composition: { depends_on: { web: { condition: 'service_healthy' } } } },
      lost: { image: 'lost:1' },
    },
  });
  await using harness = startHarness({ images: { 'web:1': {} }, dependencies: { reboots: host } });
  await harness.device.setLocalTarget(target);
  await harness.flush();
  expect(host.count).toBeGreaterThan(0);
});

it('an update that comes while the device reboots waits for it, and says so', async () => {
  let lease: AsyncDisposable | null = null;
  const going = Promise.withResolvers<DeviceHarness>();
  const host = await reboots(
    () => false,
    async () => {
      // A host that goes down has the update locks until the end.
      const result = await (await going.promise).device.lockAll({ force: false, signal: new AbortController().signal });
      if (result.status === 'acquired') lease = result.lease;
    },
  );
  await using harness = startHarness({ images: { 'web:1': {}, 'db:1': {} }, dependencies: { reboots: host } });
  await harness.device.setLocalTarget(testTarget({ services: { db: {} } }));
  await harness.flush();
  await host.schedule('the boot configuration changes');
  await harness.device.update();
  going.resolve(harness);
  await harness.flush();
  expect(lease).not.toBeNull();
  const waits = 'it goes on after the reboot (the boot configuration changes)';
  expect(harness.said()).not.toContain(`The device has to wait: ${waits}`);

  await harness.device.setLocalTarget(testTarget({ services: { db: { environment: { A: '1' } } } }));
  await harness.flush();
  expect(harness.device.state()).toMatchObject({ applying: true });
  expect(harness.device.state().blocked).toEqual([{ appId: null, service: null, reason: 'reboot', message: waits }]);
  expect(harness.said()).toContain(`The device has to wait: ${waits}`);
});
