import { describe, expect, it } from 'vitest';
import { testImage, reachedSnapshot, testTarget } from '../testing/fixtures.ts';
import { changeContainer, EMPTY_ENGINE, printPlan } from '../testing/print-plan.ts';

describe('the label io.balena.features.extra-firmware', () => {
  const target = testTarget({ services: { web: { labels: { 'io.balena.features.extra-firmware': '1' } } } });
  const config = { driver: 'local', driverOpts: {}, labels: { 'io.balena.supervised': 'true' } };
  const volume = { name: 'extra-firmware', supervised: true, appUuid: null, config };

  it('makes the volume before the first service that mounts it', () => {
    expect(printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')] })).toBe(
      [
        'create-volume extra-firmware: does not exist',
        'create-network u1_default: does not exist',
        'create-container web_1_1_c1: does not exist [after create-network u1_default, create-volume extra-firmware]',
        'start-container web_1_1_c1: does not exist [after create-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('plans nothing when it exists, and keeps it when no service uses it any more', () => {
    expect(printPlan(target, { ...reachedSnapshot(target), volumes: [volume] })).toBe('');
    const without = testTarget({ services: { web: {} } });
    expect(printPlan(without, { ...reachedSnapshot(without), volumes: [volume] })).toBe('');
  });
});

describe('a service that shares the network of another', () => {
  const composition = { network_mode: 'service:web', hostname: 'side', domainname: 'own.example' };
  const target = (web: { hostname: string; domainname?: string }) =>
    testTarget({ services: { web: { composition: web }, side: { composition } } });
  const named = target({ hostname: 'own', domainname: 'example.com' });
  const shares = { networkMode: 'container:c-1-web', networks: {} };

  it('is not replaced for the names that the engine shows it with', () => {
    const snapshot = changeContainer(reachedSnapshot(named), 'side', ({ config }) => ({
      config: { ...config, ...shares, hostname: 'own', domainname: 'example.com', macAddress: '02:42:ac:11:00:02' },
    }));
    expect(printPlan(named, snapshot)).not.toMatch(/container/);
  });

  it('goes when the other is replaced, and comes again with its network', () => {
    const snapshot = changeContainer(reachedSnapshot(named), 'side', ({ config }) => ({
      config: { ...config, ...shares },
    }));
    const plan = printPlan(target({ hostname: 'changed' }), snapshot);
    expect(plan).toMatch(/stop-container web_1_1_c1: .*\[after .*stop-container side_2_1_c1\]/);
    expect(plan).toContain('remove-container side_2_1_c1: the container of web is replaced');
    expect(plan).toContain('blocked app 1 service side (dependency): network_mode: waits for the container of web');
  });
});
