import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Systemd } from '../../systemd.ts';

/** A host with the units `probe.service` (runs, part of `probe.target`), `idle.service` (does not) and `broken.service`. */
export interface SystemdHarness extends AsyncDisposable {
  readonly systemd: Systemd;
}

/** The contract of {@link Systemd}. */
export function describeSystemdContract(name: string, open: () => Promise<SystemdHarness>): void {
  describe(`systemd contract: ${name}`, () => {
    let host: SystemdHarness;
    beforeAll(async () => {
      host = await open();
    });
    afterAll(() => host[Symbol.asyncDispose]());

    it('returns the state of a running unit', async () => {
      expect(await host.systemd.units.state('probe.service')).toEqual({
        activeState: 'active',
        subState: 'running',
        partOf: ['probe.target'],
        invocationId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    });

    it('returns the state of a unit that never ran', async () => {
      expect(await host.systemd.units.state('idle.service')).toEqual({
        activeState: 'inactive',
        subState: 'dead',
        partOf: [],
        invocationId: null,
      });
    });

    it('restarts a unit: it has started when it says so', async () => {
      const { units } = host.systemd;
      const before = await units.state('probe.service');
      await units.restart('probe.service');
      const after = await units.state('probe.service');
      expect(after).toMatchObject({ activeState: 'active', subState: 'running' });
      expect(after.invocationId).not.toBe(before.invocationId);
    });

    it('restarts a unit without a limit', async () => {
      for (const _ of Array(7).keys()) await host.systemd.units.restart('probe.service');
      expect(await host.systemd.units.state('probe.service')).toMatchObject({ activeState: 'active' });
    });

    it('leaves a unit that runs alone when it is asked to start it', async () => {
      const { units } = host.systemd;
      const before = await units.state('probe.service');
      await units.start('probe.service');
      expect(await units.state('probe.service')).toEqual(before);
    });

    it('stops and starts a unit, and again without an effect', async () => {
      const { units } = host.systemd;
      for (const _ of [1, 2]) {
        await units.stop('probe.service');
        expect(await units.state('probe.service')).toMatchObject({ activeState: 'inactive', subState: 'dead' });
      }
      for (const _ of [1, 2]) {
        await units.start('probe.service');
        expect(await units.state('probe.service')).toMatchObject({ activeState: 'active', subState: 'running' });
      }
    });

    it('does several things at once', async () => {
      const { units } = host.systemd;
      const before = await units.state('probe.service');
      await Promise.all([units.restart('probe.service'), units.start('idle.service'), units.state('probe.service')]);
      expect((await units.state('probe.service')).invocationId).not.toBe(before.invocationId);
      expect(await units.state('idle.service')).toMatchObject({ activeState: 'active' });
    });

    it('says that a unit could not start', async () => {
      for (const job of ['start', 'restart'] as const) {
        await expect(host.systemd.units[job]('broken.service')).rejects.toMatchObject({
          code: 'UNIT_JOB_FAILED',
          details: { unit: 'broken.service', job, result: 'failed' },
          hint: expect.stringContaining('journalctl --unit broken.service'),
        });
      }
      expect(await host.systemd.units.state('broken.service')).toMatchObject({ activeState: 'failed' });
    });

    it('says that a unit does not exist', async () => {
      for (const call of ['state', 'start', 'stop', 'restart'] as const) {
        await expect(host.systemd.units[call]('absent.service')).rejects.toMatchObject({
          code: 'UNIT_NOT_FOUND',
          details: { unit: 'absent.service' },
        });
      }
    });

    it('says that the host would go down', async () => {
      for (const action of ['reboot', 'power-off'] as const) {
        await expect(host.systemd.power.check(action)).resolves.toBeUndefined();
      }
    });

    it('gives the host another name', async () => {
      const { hostName } = host.systemd;
      await hostName.set('kitchen');
      expect(await hostName.get()).toEqual({ current: 'kitchen', static: 'kitchen' });
    });
  });
}
