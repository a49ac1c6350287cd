import { expect, it } from 'vitest';
import { osVariant } from './os-variant.ts';

const OS = {
  prettyName: 'OS 1',
  id: null,
  version: null,
  variant: null,
  metaBalenaVersion: null,
  boardRevision: null,
};

it.each([
  ['dev', true, 'dev'],
  ['prod', true, 'prod'],
  [null, true, 'dev'],
  [null, false, 'prod'],
  [null, undefined, 'prod'],
])('of an OS with variant %j and developmentMode %j is %s', (variant, developmentMode, expected) => {
  const config = developmentMode === undefined ? {} : { developmentMode };
  expect(osVariant({ os: { ...OS, variant } }, config)).toBe(expected);
});
