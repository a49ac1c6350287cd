import { describe, expect, it } from 'vitest';
import { BusUnavailableError } from '../errors.ts';
import { createInMemorySystemd } from './in-memory-systemd.ts';
import { describeSystemdContract } from './contract/systemd-contract.ts';

describeSystemdContract('in memory', async () => ({
  systemd: createInMemorySystemd({
    units: {
      'probe.service': { partOf: ['probe.target'] },
      'idle.service': { active: false },
      'broken.service': { active: false, failsToStart: true },
    },
  }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}));

describe('the host in memory', () => {
  it('remembers what was asked of it, in order', async () => {
    const host = createInMemorySystemd({ units: { 'a.service': {} } });
    await host.units.restart('a.service');
    await host.hostName.set('hall');
    await host.power.reboot();
    expect(host.requests).toEqual(['restart a.service', 'name hall', 'reboot']);
  });

  it('fails every call when told to', async () => {
    const host = createInMemorySystemd({ units: { 'a.service': {} } });
    const error = new BusUnavailableError('unix:path=/nowhere');
    host.fail(error);
    await expect(host.units.state('a.service')).rejects.toBe(error);
    await expect(host.power.reboot()).rejects.toBe(error);
    host.fail(null);
    await host.power.powerOff();
    expect(host.requests).toEqual(['power-off']);
  });
});
