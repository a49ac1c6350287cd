import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackedPackage } from '../pack-package.ts';
import { BUDGETS } from './budgets.ts';
import { checkTypes, checkTypesWithNewest, type Resolution, type TypeCheck } from './check-types.ts';
import { createConsumer, nodeDependency, type Consumer } from './consumer.ts';
import { costProblems, formatCosts, type Cost } from './cost-table.ts';
import { installedSize } from './installed-size.ts';
import { importTogether, measureImport } from './measure-import.ts';
import { runContract } from './run-contract.ts';
import { copyExamples, runExamples } from './run-examples.ts';

export interface ConsumerReport {
  readonly problems: readonly string[];
  /** Durations and figures for the reader. */
  readonly lines: readonly string[];
}

/** The oldest version of Node.js that the packages allow, and the one that the product runs on. */
const OLDEST_NODE = 22;
const NEWEST_NODE = 24;
/** The oldest versions that the ranges of the packages allow, or others than this workspace has. */
const OTHER_VERSIONS = { zod: '4.6.0', vitest: '^4.1.0', '@types/node': '^22.0.0' };
const SAME_VERSIONS = { '@types/node': '^24.0.0' };

/**
 * Installs the packages as a user does, with npm and with pnpm and their default settings, and checks types, imports and
 * costs there.
 *
 * @param folder absolute path of an empty folder
 */
export async function checkConsumers(packages: readonly PackedPackage[], folder: string): Promise<ConsumerReport> {
  const report = new Report();
  const place = async (name: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(path);
    return path;
  };
  const dependencies = { ...OTHER_VERSIONS, ...nodeDependency(OLDEST_NODE) };
  // They wait for the network.
  const [npm, pnpm] = await Promise.all([
    report.step('npm install', async () =>
      createConsumer({ manager: 'npm', folder: await place('npm'), packages, dependencies }),
    ),
    report.step('pnpm install', async () =>
      createConsumer({ manager: 'pnpm', folder: await place('pnpm'), packages, dependencies: SAME_VERSIONS }),
    ),
  ]);
  if (npm === null || pnpm === null) return report;
  const examples = (await report.step('copy the examples', () => copyExamples(npm))) ?? [];
  // The newest compiler is a program of its own; the other one is a library, and takes this process for itself.
  const newest = checkWithNewest(npm, report);
  const types = await report.step('types, TypeScript 5.9, nodenext, with the examples', (add) =>
    check(npm, 'nodenext', { add, examples }),
  );
  await report.step('types, TypeScript 5.9, bundler, pnpm without vitest', (add) =>
    check(pnpm, 'bundler', { add, examples: [] }),
  );
  await newest;
  for (const version of [OLDEST_NODE, NEWEST_NODE]) {
    await report.step(`imports, Node.js ${version}`, () => importTogether(npm, version));
    await report.step(`examples, Node.js ${version}`, async (add) => add(await runExamples(npm, examples, version)));
  }
  await report.step('contract with another vitest', () => runContract(npm, NEWEST_NODE));
  await report.step('costs', async (add) => {
    const costs: Cost[] = [];
    for (const { name } of packages) costs.push(await costOf(npm, name, types));
    add(costProblems(costs, BUDGETS));
    report.lines.push(formatCosts(costs));
  });
  return report;
}

async function checkWithNewest(consumer: Consumer, report: Report): Promise<void> {
  for (const resolution of ['nodenext', 'bundler'] as const) {
    await report.step(`types, TypeScript 7, ${resolution}`, async (add) =>
      add(await checkTypesWithNewest(consumer, resolution)),
    );
  }
}

/** Takes what a step has found. */
type Add = (problems: readonly string[]) => void;

interface CheckOptions {
  readonly add: Add;
  readonly examples: readonly string[];
}

async function check(consumer: Consumer, resolution: Resolution, { add, examples }: CheckOptions): Promise<TypeCheck> {
  const result = await checkTypes(consumer, resolution, examples);
  add(result.problems);
  return result;
}

async function costOf(consumer: Consumer, name: string, types: TypeCheck | null): Promise<Cost> {
  const { packages, foreign, megabytes } = await installedSize(consumer.folder, name);
  const cost = await measureImport(consumer, name, NEWEST_NODE);
  return {
    name,
    packages,
    foreignPackages: foreign.length,
    installed: megabytes,
    milliseconds: cost.milliseconds,
    imported: cost.megabytes,
    names: types?.exportedNames.get(name) ?? 0,
  };
}

class Report implements ConsumerReport {
  readonly problems: string[] = [];
  readonly lines: string[] = [];

  /** Times a step, and takes its failure for a problem. Several may run at once. */
  async step<T>(name: string, work: (add: Add) => Promise<T>): Promise<T | null> {
    const started = performance.now();
    let isFine = true;
    const add: Add = (problems) => {
      isFine &&= problems.length === 0;
      this.problems.push(...problems);
    };
    try {
      return await work(add);
    } catch (error) {
      add([`${name}: ${error instanceof Error ? error.message : String(error)}`]);
      return null;
    } finally {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      this.lines.push(`${isFine ? 'ok' : 'FAILED'}  ${name}, ${seconds} s`);
    }
  }
}
