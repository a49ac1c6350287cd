import { describeError, formatError } from '@device-supervisor/errors';
import { parseCommandLine, USAGE } from './command-line.ts';
import { readConfig, type SupervisorConfig } from './config.ts';
import { createLogger, type ProcessLogger } from './log/create-logger.ts';
import { endWithin } from './end-within.ts';
import { saveMemory } from './save-memory.ts';
import type { Supervisor } from './supervisor.ts';
import { BUILD, CONTRACT_VERSION } from './version.ts';

/** Milliseconds for operations that have begun; hosts kill what has not ended ten seconds after SIGTERM. */
const DRAIN_LIMIT = 8_000;

/** Exit code for arguments that cannot be used. */
const USAGE_ERROR = 2;

/** Does what the command line asks for. @returns exit code */
export async function run(argv: readonly string[]): Promise<number> {
  // Programs that read our output may end before us; an error without a listener would end us, too.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const command = parseCommandLine(argv);
  switch (command.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'version':
      process.stdout.write(`${BUILD.version} (commit ${BUILD.commit}, contract ${CONTRACT_VERSION})\n`);
      return 0;
    case 'refused':
      process.stderr.write(`supervisor: unknown argument '${command.argument}'\n\n${USAGE}`);
      return USAGE_ERROR;
    case 'health-check':
      return await checkHealth();
    case 'run':
      return await runUntilSignal();
    case 'boot':
      return await runUntilSignal(async (config, log) => {
        const { prepareContainer } = await import('./boot/prepare-container.ts');
        await prepareContainer(config, log.component('boot'));
      });
  }
}

async function checkHealth(): Promise<number> {
  const { checkHealth: ask } = await import('./check-health.ts');
  const problem = await ask(readConfig(process.env));
  if (problem === null) return 0;
  process.stderr.write(`supervisor: ${problem}\n`);
  return 1;
}

type Preparation = (config: SupervisorConfig, log: ProcessLogger) => Promise<void>;

async function runUntilSignal(prepare: Preparation = async () => undefined): Promise<number> {
  const signalled = Promise.withResolvers<NodeJS.Signals>();
  // Hosts send several while we drain: to the client that is attached, and to the container.
  process.on('SIGTERM', signalled.resolve);
  // A second Ctrl-C ends us at once.
  process.once('SIGINT', signalled.resolve);
  let log = openLog({ logLevel: 'info', logFormat: null });
  try {
    const config = readConfig(process.env);
    log = openLog(config);
    await prepare(config, log);
    // Loaded now: the other commands need none of it.
    const { startSupervisor } = await import('./supervisor.ts');
    const supervisor = await startSupervisor(config, log);
    saveMemory();
    await runThrough(supervisor, { signalled: signalled.promise, log });
  } catch (error) {
    log.error(formatError(error), { code: describeError(error).code });
    return 1;
  }
  log.info('Stopped');
  return 0;
}

interface End {
  readonly signalled: Promise<NodeJS.Signals>;
  readonly log: ProcessLogger;
}

/** Until a signal, or a failure, which it throws. */
async function runThrough(supervisor: Supervisor, { signalled, log }: End): Promise<void> {
  let hasEnded = true;
  try {
    log.info(`Stopping on ${await Promise.race([signalled, supervisor.failure])}`);
  } finally {
    hasEnded = await endWithin(supervisor, DRAIN_LIMIT);
  }
  if (hasEnded) return;
  log.warn(
    'An operation of the engine did not end in time, and goes on there; the next start looks at what came of it',
  );
  // It would keep the process alive.
  process.exit(0);
}

function openLog({ logLevel, logFormat }: Pick<SupervisorConfig, 'logLevel' | 'logFormat'>): ProcessLogger {
  return createLogger({
    level: logLevel,
    format: logFormat ?? (process.stdout.isTTY ? 'human' : 'json'),
    write: (line) => void process.stdout.write(line),
    now: () => new Date(),
  });
}
