import { expect, it } from 'vitest';
import { wasManaged } from './was-managed.ts';

const UNMANAGED = { kind: 'unmanaged', reason: '' } as const;
const MANAGED = { kind: 'managed', endpoint: 'https://cloud.test', reason: '' } as const;

function storeWith(cloud: { config: {}; apps: {} } | null) {
  return { targets: { load: () => cloud, save: () => undefined, clear: () => undefined } };
}

it.each([
  { what: 'that never had a cloud', settings: {} },
  { what: 'whose registration went with the endpoint', settings: { registered_at: 0 } },
])('a device $what belongs to none', ({ settings }) => {
  expect(wasManaged({ opened: { mode: UNMANAGED, settings }, store: storeWith(null) })).toBeNull();
});

it('a device without an endpoint that is registered, or has a target of a cloud, belongs to that', () => {
  const settings = { registered_at: 5 };
  expect(wasManaged({ opened: { mode: UNMANAGED, settings }, store: storeWith(null) })).toMatch(/registered/);
  const store = storeWith({ config: {}, apps: {} });
  expect(wasManaged({ opened: { mode: UNMANAGED, settings: {} }, store })).toMatch(/target of a cloud/);
  expect(wasManaged({ opened: { mode: MANAGED, settings }, store })).toBeNull();
});
