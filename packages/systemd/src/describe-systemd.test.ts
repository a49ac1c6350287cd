import { expect, it } from 'vitest';
import { describeSystemd } from './index.ts';

it('says what it is', () => {
  expect(describeSystemd()).toBe('systemd, logind and hostnamed over D-Bus: units, power, host name; reconnects.');
});
