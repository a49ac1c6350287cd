import { decodeTargetStateV2 } from '@device-supervisor/state';
import { expect, it } from 'vitest';
import { testTarget } from '@device-supervisor/compose/testing';
import { withOwnIds } from './developer-apps.ts';

const PUSHED = decodeTargetStateV2({ local: { apps: { 1: { name: 'localapp', services: {} } } } });

it('gives an app of a developer another id than the app of the cloud that has the same', () => {
  const [fleet] = Object.values(testTarget({ services: { web: {} } }).apps);
  expect(fleet?.id).toBe(1);
  const { apps } = withOwnIds(PUSHED, testTarget({ services: { web: {} } }));
  expect(Object.values(apps)).toMatchObject([{ id: 1_000_000_001, uuid: '1000000001', name: 'localapp' }]);
  expect(Object.keys(apps)).toEqual(['1000000001']);
});

it('leaves the id of an app that the cloud does not have', () => {
  expect(withOwnIds(PUSHED, { config: {}, apps: {} })).toEqual(PUSHED);
  expect(withOwnIds(PUSHED, null)).toEqual(PUSHED);
});
