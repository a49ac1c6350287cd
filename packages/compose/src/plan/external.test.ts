import { describe, expect, it } from 'vitest';
import { reachedSnapshot, testImage, testTarget } from '../testing/fixtures.ts';
import { EMPTY_ENGINE, printPlan } from '../testing/print-plan.ts';

describe('networks and volumes that are external', () => {
  const target = testTarget({
    services: { web: { composition: { networks: ['shared'], volumes: ['common:/data'] } } },
    networks: { shared: { external: true, name: 'everybodys' } },
    volumes: { common: { external: true } },
  });
  const reached = reachedSnapshot(target);

  it('are used as they are, and neither made, changed nor removed', () => {
    const changed = {
      networks: reached.networks.map((one) =>
        one.name === 'everybodys' ? { ...one, appId: 2, config: { ...one.config, internal: true } } : one,
      ),
      volumes: reached.volumes.map((one) => ({ ...one, appUuid: 'u2', config: { ...one.config, driver: 'other' } })),
    };
    expect(printPlan(target, { ...reached, ...changed })).toBe('');
  });

  it('are waited for', () => {
    expect(printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')] })).toBe(
      [
        'create-network u1_default: does not exist',
        'blocked app 1 service web (dependency): waits for everybodys, which is external, to be made',
      ].join('\n'),
    );
    expect(printPlan(target, { ...EMPTY_ENGINE, images: [testImage('web:1')], networks: reached.networks })).toBe(
      'blocked app 1 service web (dependency): waits for common, which is external, to be made',
    );
  });

  it('are not used without our label', () => {
    const networks = reached.networks.map((one) => ({ ...one, supervised: one.name !== 'everybodys' }));
    expect(printPlan(target, { ...reached, containers: [], networks })).toBe(
      'blocked app 1 service web (name-taken): networks: a network everybodys exists that is not ours; remove or rename it',
    );
  });
});
