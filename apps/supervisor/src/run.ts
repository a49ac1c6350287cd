import { formatError } from '@device-supervisor/errors';
import { readConfig } from './config.ts';
import { startSupervisor } from './supervisor.ts';

/** Runs until a signal ends it. @returns exit code */
export async function run(): Promise<number> {
  // Whoever reads what we print may end before us; an error without a listener would end us, too.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const ended = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, ended.resolve);
  try {
    await using _supervisor = await startSupervisor(readConfig(process.env), print);
    print(`Stopping on ${await ended.promise}`);
  } catch (error) {
    process.stderr.write(`supervisor: ${formatError(error)}\n`);
    return 1;
  }
  print('Stopped');
  return 0;
}

function print(message: string): void {
  process.stdout.write(`${message}\n`);
}
