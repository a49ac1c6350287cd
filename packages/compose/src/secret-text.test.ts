import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { SecretText } from './secret-text.ts';

it('a secret text shows when it is revealed, and nowhere else', () => {
  const secret = new SecretText('hunter2');
  expect(secret.reveal()).toBe('hunter2');
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }, { depth: 9, showHidden: true })];
  for (const text of shown) expect(text).not.toContain('hunter2');
});
