import { describe, expect, it } from 'vitest';
import { decodePreload, TargetStateError } from './index.ts';

const V3 = {
  config: { RESIN_SUPERVISOR_DELTA: '1' },
  apps: {
    cafe: {
      id: 7,
      name: 'fleet',
      releases: {
        c1: { id: 9, services: { web: { id: 1, image_id: 2, image: 'r/web', environment: {}, labels: {} } } },
      },
    },
  },
};

describe('decodePreload', () => {
  it('takes target state v3 without the device around it', () => {
    const preload = decodePreload({ ...V3, pinDevice: true });
    expect(preload).toMatchObject({
      pinDevice: true,
      target: { config: { SUPERVISOR_DELTA: '1' }, apps: { cafe: { id: 7, release: { commit: 'c1', id: 9 } } } },
    });
  });

  it('takes target state v2 without `local`', () => {
    const services = { '1': { imageId: 2, serviceName: 'web', image: 'r/web' } };
    expect(decodePreload({ apps: { '7': { name: 'fleet', commit: 'c1', releaseId: 9, services } } })).toMatchObject({
      pinDevice: false,
      target: { apps: { '7': { id: 7, release: { commit: 'c1' } } } },
    });
  });

  it('takes an array of apps of one container, which has the run of the device', () => {
    const preload = decodePreload([
      { appId: '7', commit: 'c1', imageId: 'r/web', env: { A: 'b' }, config: { X: 'y' } },
    ]);
    expect(preload?.target).toMatchObject({
      config: { X: 'y' },
      apps: {
        '7': {
          id: 7,
          release: {
            services: { main: { image: 'r/web', environment: { A: 'b' }, composition: { privileged: true } } },
          },
        },
      },
    });
  });

  it.each([[{}], [{ apps: {} }], [{ config: {}, pinDevice: true }], [[]]])('finds no apps in %j', (document) => {
    expect(decodePreload(document)).toBeNull();
  });

  it.each([[null], ['text'], [{ apps: 1 }], [{ apps: { cafe: { id: 'x', name: 'fleet' } } }], [[{ appId: {} }]]])(
    'refuses %j',
    (document) => {
      expect(() => decodePreload(document)).toThrow(TargetStateError);
    },
  );
});
