import { expect, it } from 'vitest';
import { parseChallenge } from './challenge.ts';

it.each([
  [undefined, null],
  ['', null],
  ['Negotiate', null],
  ['Bearer service="no realm"', null],
  ['Bearer realm="not a url"', null],
  ['Basic realm="registry"', { scheme: 'basic' }],
  [
    'Bearer realm="https://auth.local/token?a=b",service="registry.local",scope="repository:a/b:pull,push"',
    {
      scheme: 'bearer',
      realm: 'https://auth.local/token?a=b',
      service: 'registry.local',
      scope: 'repository:a/b:pull,push',
    },
  ],
  [
    'bearer service=plain, Realm="https://auth.local/\\"x\\""',
    { scheme: 'bearer', realm: 'https://auth.local/"x"', service: 'plain', scope: '' },
  ],
])('%s', (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected);
});
