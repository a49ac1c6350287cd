import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SupervisorConfig } from '../config.ts';
import type { Logger } from '../log/create-logger.ts';
import type { RunProgram } from './run-program.ts';

/** Where the host OS keeps the supervisor's data on the data partition, in the order of their age, the newest first. */
const ON_DATA_PARTITION = ['resin-data/balena-supervisor', 'resin-data/resin-supervisor'] as const;

export interface BindDataOptions {
  readonly config: Pick<SupervisorConfig, 'databasePath' | 'dataMount'>;
  readonly log: Logger;
  readonly run: RunProgram;
}

/**
 * Puts the supervisor's directory of the data partition in the place of a data directory without a database. A container
 * that the host has given the directory already keeps it.
 */
export async function bindDataDirectory({ config, log, run }: BindDataOptions): Promise<void> {
  const { databasePath, dataMount } = config;
  if (existsSync(databasePath)) return;
  const source = ON_DATA_PARTITION.map((path) => join(dataMount, path)).find((path) => existsSync(path));
  if (source === undefined) return;
  const directory = dirname(databasePath);
  await mkdir(directory, { recursive: true });
  await run('mount', ['--bind', source, directory]);
  log.info(`${source} is the data directory`);
}
