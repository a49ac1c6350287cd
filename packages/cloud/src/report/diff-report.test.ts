import * as fc from 'fast-check';
import type { DeviceReport } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { acceptReport, diffReport, goneFields } from './diff-report.ts';

const app = fc.record({
  release_uuid: fc.constantFrom('a', 'b'),
  releases: fc.dictionary(
    fc.constantFrom('a', 'b'),
    fc.record({
      update_status: fc.constantFrom('done', 'downloading'),
      services: fc.dictionary(
        fc.constantFrom('main', 'second'),
        fc.record({ image: fc.constantFrom('x', 'y'), status: fc.constantFrom('Running', 'exited') }),
      ),
    }),
  ),
});
const report = fc.record(
  {
    status: fc.constantFrom('Idle', 'Updating'),
    api_port: fc.nat({ max: 2 }),
    cpu_usage: fc.nat({ max: 2 }),
    apps: fc.dictionary(fc.constantFrom('one', 'two', 'three'), app),
  },
  { requiredKeys: [] },
);

/** A cloud's copy of reports: each field and app has its last reported value. */
function tell(cloud: DeviceReport, told: DeviceReport): DeviceReport {
  return { ...cloud, ...told, apps: { ...cloud.apps, ...told.apps } };
}

describe('diffReport', () => {
  it('brings the cloud from any report it accepted to the next one, whatever got lost between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(report, fc.boolean())), (reports) => {
        let cloud: DeviceReport = {};
        let accepted: DeviceReport = {};
        for (const [next, arrives] of reports) {
          const diff = diffReport(accepted, next);
          if (!arrives) continue;
          cloud = tell(cloud, diff);
          accepted = acceptReport(accepted, { next, sent: diff });
          expect(cloud).toMatchObject(next);
          // It shows no measurement that the device does not make any more.
          expect(cloud.cpu_usage ?? null).toBe(next.cpu_usage ?? null);
          for (const [uuid, told] of Object.entries(next.apps ?? {})) expect(cloud.apps?.[uuid]).toEqual(told);
          expect(diffReport(accepted, next)).toEqual({});
        }
      }),
    );
  });

  it('tells an app whole when any of it changed, and no other', () => {
    const one = { releases: { a: { update_status: 'done', services: {} } } };
    const two = { releases: { b: { update_status: 'done', services: {} } } };
    const after = { release_uuid: 'a', ...one };
    expect(diffReport({ status: 'Idle', apps: { one, two } }, { status: 'Idle', apps: { one: after, two } })).toEqual({
      apps: { one: after },
    });
  });

  it('tells a service that is gone by leaving it out of its app, and a volume not at all', () => {
    const web = { image: 'web', status: 'Running' };
    const both = { releases: { a: { update_status: 'done', services: { web, db: web } } } };
    const one = { releases: { a: { update_status: 'done', services: { web } } } };
    expect(diffReport({ apps: { app: both } }, { apps: { app: one } })).toEqual({ apps: { app: one } });
  });

  it('clears metrics that are not measured any more, once, but for an undervoltage', () => {
    const told = { status: 'Idle', cpu_temp: 40, is_undervolted: true, storage_block_device: '/dev/sda1' };
    const gone = { cpu_temp: null, storage_block_device: null };
    const next = { status: 'Idle' };
    const sent = diffReport(told, next);
    expect(sent).toEqual(gone);
    expect(goneFields({ ...gone, status: 'Idle', provisioning_progress: null })).toEqual(Object.keys(gone));
    const accepted = acceptReport(told, { next, sent });
    expect(diffReport(accepted, next)).toEqual({});
    expect(diffReport(accepted, { status: 'Idle', cpu_temp: 40 })).toEqual({ cpu_temp: 40 });
    // A field that was not sent is still to be cleared.
    expect(diffReport(acceptReport(told, { next, sent: { cpu_temp: null } }), next)).toEqual({
      storage_block_device: null,
    });
  });

  it('reports an app again that was gone meanwhile', () => {
    const one = { releases: {} };
    const accepted = acceptReport({ apps: { one } }, { next: { apps: {} }, sent: {} });
    expect(diffReport(accepted, { apps: { one } })).toEqual({ apps: { one } });
  });
});
