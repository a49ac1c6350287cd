import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { handWritten, settings, value } from '../test/arbitraries.ts';
import type { ProxySettings, ProxySettingsPatch } from './host-config.ts';
import { patchProxyFile, readProxy } from './patch-proxy.ts';

const removable = fc.option(value, { nil: null });
const single: fc.Arbitrary<ProxySettingsPatch> = fc.oneof(
  fc.record({ login: removable }),
  fc.record({ password: removable }),
  fc.record({ dns: fc.constantFrom(null, '9.9.9.9:53', '8.8.8.8:5353') }),
  fc.record({ port: fc.integer({ min: 1, max: 65_535 }) }),
  fc.record({ ip: fc.constantFrom('203.0.113.7', 'proxy.example.com') }),
  fc.constant({}),
);
const file = fc.option(handWritten, { nil: null });

it('merges patch after patch, whatever file they begin with', () => {
  fc.assert(
    fc.property(file, settings, fc.array(single, { maxLength: 8 }), (start, first, patches) => {
      let bytes = patchProxyFile(start === null ? null : Buffer.from(start, 'latin1'), first);
      let model: ProxySettingsPatch = { ...readProxyOf(start), ...first };
      expect(readProxy(bytes)).toEqual(model);
      for (const patch of patches) {
        bytes = patchProxyFile(bytes, patch);
        model = Object.fromEntries(Object.entries({ ...model, ...patch }).filter(([, each]) => each !== null));
        expect(readProxy(bytes)).toEqual(model);
        expect(patchProxyFile(bytes, patch)).toEqual(bytes);
      }
    }),
    { numRuns: 200 },
  );
});

function readProxyOf(text: string | null): Partial<ProxySettings> | null {
  return readProxy(text === null ? null : Buffer.from(text, 'latin1'));
}
