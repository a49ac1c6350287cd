import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
import { selectServices, type ServiceSelection } from './select-services.ts';

function select(services: Record<string, Partial<TargetService>>): ServiceSelection {
  const [app] = Object.values(testTarget({ services }).apps);
  if (app?.release == null) throw new Error('the fixture has no release');
  return selectServices(app.release, TEST_DEVICE);
}

const unmet = { requires: [{ type: 'arch.sw', slug: 'armv7hf' }] };

describe('selectServices', () => {
  it('leaves out services of profiles and optional services of unmet contracts', () => {
    const selection = select({
      web: {},
      none: { composition: { profiles: [] } },
      debug: { composition: { profiles: ['debug', 'test'] }, contract: unmet },
      gpu: { contract: unmet, labels: { 'io.balena.features.optional': '1' } },
    });
    if (selection.status !== 'selected') throw new Error('it is rejected');
    expect(Object.keys(selection.release.services)).toEqual(['web', 'none']);
    expect(selection.leftOut).toEqual([
      {
        service: 'debug',
        field: 'profiles',
        reason: 'the service is not run: it belongs to debug, test, and no profile is active on a device',
      },
      { service: 'gpu', field: 'contract', reason: 'arch.sw armv7hf is required, and the device has amd64' },
    ]);
  });

  it('gives a release that the device is not fit for back as rejected', () => {
    expect(select({ web: {}, db: { contract: unmet } })).toMatchObject({
      status: 'rejected',
      reasons: [{ service: 'db' }],
    });
  });

  it('leaves a release as it is when there is nothing to leave out', () => {
    const [app] = Object.values(testTarget({ services: { web: {} } }).apps);
    if (app?.release == null) throw new Error('the fixture has no release');
    expect(selectServices(app.release, TEST_DEVICE)).toEqual({ status: 'selected', release: app.release, leftOut: [] });
  });
});
