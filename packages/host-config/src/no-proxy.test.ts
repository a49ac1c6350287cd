import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseNoProxy, printNoProxy } from './no-proxy.ts';

it('reads what it printed, each entry in a line that is ended', () => {
  const subnet = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.ipV4(), subnet)), (entries) => {
      const file = printNoProxy(entries);
      expect(parseNoProxy(file)).toEqual(entries);
      expect(Buffer.from(file).toString()).toMatch(entries.length === 0 ? /^$/ : /\n$/);
    }),
  );
});

it('reads files of people', () => {
  expect(parseNoProxy(Buffer.from('\ufeff10.0.0.0/8\r\n\n  192.0.2.1 \nexample.com'))).toEqual([
    '10.0.0.0/8',
    '192.0.2.1',
    'example.com',
  ]);
  expect(parseNoProxy(null)).toEqual([]);
});
