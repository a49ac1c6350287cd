import { expect, it } from 'vitest';
import { costProblems, formatCosts, type Cost } from './cost-table.ts';

const COST: Cost = {
  name: '@device-supervisor/store',
  packages: 7,
  foreignPackages: 3,
  installed: 21.04,
  milliseconds: 151.2,
  imported: 30.06,
  names: 15,
};

it('allows what a budget does', () => {
  expect(costProblems([COST], { store: COST })).toEqual([]);
});

it('names each figure that is beyond its budget, and packages without one', () => {
  const budget = { foreignPackages: 2, installed: 21, imported: 30, names: 14 };
  expect(costProblems([COST, { ...COST, name: '@device-supervisor/state' }], { store: budget })).toEqual([
    '@device-supervisor/store: 3 packages of others; its budget is 2',
    '@device-supervisor/store: 21 MB installed; its budget is 21',
    '@device-supervisor/store: 30.1 MB of memory to import; its budget is 30',
    '@device-supervisor/store: 15 exported names; its budget is 14',
    '@device-supervisor/state has no budget; add one to budgets.ts',
  ]);
});

it('prints a line for each package', () => {
  expect(formatCosts([COST]).split('\n')).toEqual([
    'package  installs packages  MB  import ms  MB memory  names',
    'store    7 (3 of others)    21        151       30.1     15',
  ]);
});
