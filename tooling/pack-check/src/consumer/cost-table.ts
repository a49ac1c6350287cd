import type { Budget } from './budgets.ts';

/** Figures of one package, in the units of its budget. */
export interface Cost extends Budget {
  /** With scope. */
  readonly name: string;
  /** Besides it, those of this workspace included. */
  readonly packages: number;
  /** To import it. Not limited: it depends on the machine. */
  readonly milliseconds: number;
}

/** @returns a sentence for each figure beyond its budget, and for each package without one */
export function costProblems(costs: readonly Cost[], budgets: Readonly<Record<string, Budget>>): string[] {
  return costs.flatMap((cost) => {
    const budget = budgets[nameWithoutScope(cost)];
    if (budget === undefined) return [`${cost.name} has no budget; add one to budgets.ts`];
    return LIMITS.filter(({ key }) => cost[key] > budget[key]).map(
      ({ key, what }) => `${cost.name}: ${round(cost[key])} ${what}; its budget is ${budget[key]}`,
    );
  });
}

const LIMITS = [
  { key: 'foreignPackages', what: 'packages of others' },
  { key: 'installed', what: 'MB installed' },
  { key: 'imported', what: 'MB of memory to import' },
  { key: 'names', what: 'exported names' },
] as const;

/** The figures as a table for a terminal. */
export function formatCosts(costs: readonly Cost[]): string {
  const rows = costs.map((cost) => [
    nameWithoutScope(cost),
    `${cost.packages} (${cost.foreignPackages} of others)`,
    String(round(cost.installed)),
    String(Math.round(cost.milliseconds)),
    String(round(cost.imported)),
    String(cost.names),
  ]);
  const table = [['package', 'installs packages', 'MB', 'import ms', 'MB memory', 'names'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function nameWithoutScope({ name }: Cost): string {
  return name.slice(name.indexOf('/') + 1);
}

function round(figure: number): number {
  return Math.round(figure * 10) / 10;
}
