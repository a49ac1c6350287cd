import { expect, it } from 'vitest';
import { describeHostConfig } from './index.ts';

it('says what it is', () => {
  expect(describeHostConfig()).toBe(
    'Proxy and host name of the host: redsocks.conf, no_proxy and hostname, read and patched.',
  );
});
