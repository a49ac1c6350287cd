import { describe, expect, it } from 'vitest';
import { validateTarget } from './validate-target.ts';

const documentOf = (service: object): object => ({
  local: {
    apps: {
      1: {
        name: 'shop',
        commit: 'c1',
        services: { 1: { serviceName: 'web', imageId: 1, image: 'web:1', ...service } },
      },
    },
  },
});

describe('validateTarget', () => {
  it('has nothing to say about a target that is in order', () => {
    const { target, faults } = validateTarget(documentOf({ ports: ['80:80'], mem_limit: '64m' }));
    expect(faults).toEqual([]);
    expect(Object.keys(target?.apps ?? {})).toEqual(['1']);
  });

  it('finds every value that means nothing, with its path', () => {
    const { target, faults } = validateTarget(documentOf({ ports: ['80:80:80:x'], mem_limit: 'banana' }));
    expect(target).not.toBeNull();
    expect(faults.map(({ severity, path }) => `${severity} ${path}`).sort()).toEqual([
      'error apps.1.services.web.mem_limit',
      'error apps.1.services.web.ports[0]',
    ]);
    expect(faults.every(({ message }) => message.length > 10)).toBe(true);
  });

  it('finds fields without an effect', () => {
    const { faults } = validateTarget(documentOf({ attach: true, build: '.', container_name: 'x' }));
    expect(faults).not.toEqual([]);
    expect(new Set(faults.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  });

  it('finds the faults of a form that no device takes', () => {
    const { target, faults } = validateTarget(documentOf({ image: 7 }));
    expect(target).toBeNull();
    expect(faults).toEqual([expect.objectContaining({ severity: 'error', path: 'local.apps.1.services.1.image' })]);
  });

  it('reads the document of a cloud below the uuid of a device', () => {
    expect(validateTarget({ d0d0: { config: {}, apps: {} } }, { format: 'v3', uuid: 'd0d0' }).faults).toEqual([]);
    expect(validateTarget({}, { format: 'v3', uuid: 'd0d0' }).faults).toHaveLength(1);
  });
});
