import { setImmediate as settle } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '@device-supervisor/primitives/testing';
import { createDiscoverability, createVpnControl } from './host-switches.ts';
import type { HostUnits } from './ports.ts';

class UnitNotFound extends Error {
  readonly code = 'UNIT_NOT_FOUND';
}

/** Units whose jobs end when the test says so. */
function createUnits(states: Record<string, string>) {
  const jobs: string[] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const run = async (job: string, unit: string): Promise<void> => {
    jobs.push(`${job} ${unit}`);
    const end = Promise.withResolvers<void>();
    waiting.push(end);
    await end.promise;
    states[unit] = job === 'start' ? 'active' : 'inactive';
  };
  const units: HostUnits = {
    async state(unit) {
      const activeState = states[unit];
      if (activeState === undefined) throw new UnitNotFound(unit);
      return { activeState };
    },
    start: (unit) => run('start', unit),
    stop: (unit) => run('stop', unit),
  };
  return { units, jobs, states, next: () => waiting.shift() };
}

const clock = createFakeClock();
const faults: unknown[] = [];

beforeEach(() => {
  faults.length = 0;
});

function vpn(states: Record<string, string>) {
  const host = createUnits(states);
  return { ...host, vpn: createVpnControl({ units: host.units, clock, onFault: (error) => faults.push(error) }) };
}

describe('VPN control', () => {
  it.each([
    ['active', 'on'],
    ['activating', 'on'],
    ['failed', 'on'],
    ['reloading', 'on'],
    ['inactive', 'off'],
    ['deactivating', 'off'],
  ])('takes a unit that is %s for %s', async (activeState, expected) => {
    const { vpn: control, jobs } = vpn({ 'openvpn.service': activeState });
    expect(await control.state()).toBe(expected);
    expect(await control.set(expected === 'on')).toBe('unchanged');
    expect(jobs).toEqual([]);
  });

  it('asks the host, and does not wait for it', async () => {
    const { vpn: control, jobs } = vpn({ 'openvpn.service': 'active' });
    expect(await control.set(false)).toBe('switching');
    expect(jobs).toEqual(['stop openvpn.service']);
  });

  it('asks again only after ten minutes when it never comes up', async () => {
    const { vpn: control, jobs, next } = vpn({ 'openvpn.service': 'inactive' });
    expect(await control.set(true)).toBe('switching');
    next()?.reject(new Error('timeout'));
    await settle();
    expect(faults).toMatchObject([{ message: 'timeout' }]);
    for (let minute = 0; minute < 10; minute++) {
      expect(await control.set(true)).toBe('postponed');
      clock.advance(60_000);
    }
    expect(jobs).toHaveLength(1);
    expect(await control.set(true)).toBe('switching');
    expect(jobs).toHaveLength(2);
  });

  it('asks neither sooner nor later when the clock is set', async () => {
    const { vpn: control } = vpn({ 'openvpn.service': 'inactive' });
    expect(await control.set(true)).toBe('switching');
    clock.jump(86_400_000);
    expect(await control.set(true)).toBe('postponed');
    clock.jump(-2 * 86_400_000);
    clock.advance(600_000);
    expect(await control.set(true)).toBe('switching');
  });

  it('does the opposite at once, and takes the end of the job before for no fault', async () => {
    const { vpn: control, jobs, next, states } = vpn({ 'openvpn.service': 'inactive' });
    await control.set(true);
    const start = next();
    states['openvpn.service'] = 'activating';
    expect(await control.set(false)).toBe('switching');
    expect(jobs).toEqual(['start openvpn.service', 'stop openvpn.service']);
    start?.reject(new Error('canceled'));
    next()?.resolve();
    await settle();
    expect(faults).toEqual([]);
    expect(await control.state()).toBe('off');
  });

  it('has nothing to do on a host without a VPN', async () => {
    const { vpn: control } = vpn({});
    expect(await control.state()).toBe(null);
    expect(await control.set(true)).toBe('absent');
  });

  it('says why the host does not tell', async () => {
    const { units } = createUnits({});
    const control = createVpnControl({
      units: { ...units, state: () => Promise.reject(new Error('no bus')) },
      clock,
      onFault: () => undefined,
    });
    await expect(control.set(true)).rejects.toThrow('no bus');
  });
});

describe('discoverability', () => {
  it('stops the socket before the service that it would start, and starts them the other way round', async () => {
    const { units, jobs, next } = createUnits({ 'avahi-daemon.service': 'active', 'avahi-daemon.socket': 'active' });
    const control = createDiscoverability({ units, clock, onFault: (error) => faults.push(error) });
    expect(await control.state()).toBe('on');
    await control.set(false);
    next()?.resolve();
    await settle();
    expect(await control.state()).toBe('mixed');
    next()?.resolve();
    await settle();
    expect(await control.state()).toBe('off');
    await control.set(true);
    next()?.resolve();
    await settle();
    expect(jobs).toEqual([
      'stop avahi-daemon.socket',
      'stop avahi-daemon.service',
      'start avahi-daemon.service',
      'start avahi-daemon.socket',
    ]);
  });

  it('does without a unit that the host does not have', async () => {
    const { units } = createUnits({ 'avahi-daemon.service': 'inactive' });
    const control = createDiscoverability({ units, clock, onFault: (error) => faults.push(error) });
    expect(await control.state()).toBe('off');
    expect(await control.set(true)).toBe('switching');
    expect(faults).toEqual([]);
  });
});
