import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ALL_APPS, hasApp, isEmptyAppSet, NO_APPS, onlyApps, uniteApps, withoutApps, type AppSet } from './app-set.ts';

const IDS = [1, 2, 3, 4];
const appSet: fc.Arbitrary<AppSet> = fc.record({
  kind: fc.constantFrom('only' as const, 'all-but' as const),
  ids: fc.subarray(IDS).map((ids) => new Set(ids)),
});

function membersOf(set: AppSet): number[] {
  return IDS.filter((id) => hasApp(set, id));
}

it('unites and subtracts as sets do', () => {
  fc.assert(
    fc.property(appSet, appSet, (a, b) => {
      const ofB = membersOf(b);
      expect(membersOf(uniteApps(a, b))).toEqual(IDS.filter((id) => hasApp(a, id) || ofB.includes(id)));
      expect(membersOf(withoutApps(a, b))).toEqual(IDS.filter((id) => hasApp(a, id) && !ofB.includes(id)));
      // Apps that no one has named are in a set of all but some.
      expect(hasApp(uniteApps(a, b), 99)).toBe(hasApp(a, 99) || hasApp(b, 99));
      expect(hasApp(withoutApps(a, b), 99)).toBe(hasApp(a, 99) && !hasApp(b, 99));
    }),
  );
});

it('is empty when no app is in it', () => {
  expect([NO_APPS, withoutApps(onlyApps([1]), onlyApps([1])), ALL_APPS, onlyApps([1])].map(isEmptyAppSet)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
