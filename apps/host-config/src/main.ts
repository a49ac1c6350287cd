import { text } from 'node:stream/consumers';
import { describeError, formatError } from '@device-supervisor/errors';
import { readConfig } from './config.ts';
import { formatChange, formatHostConfig } from './format.ts';
import { openHost } from './open-host.ts';
import { HELP, parseBody, parseCommand } from './parse-command.ts';

/** By the code of what was thrown; every other one is 1. */
const EXIT_CODES: ReadonlyMap<string, number> = new Map([
  ['USAGE', 2],
  ['HOST_CONFIG_INVALID', 2],
  ['UPDATES_LOCKED', 3],
  ['HOST_UNIT_UNAVAILABLE', 4],
]);

void run().then((exitCode) => {
  process.exitCode = exitCode;
});

/** Does what the command line says. @returns exit code */
async function run(): Promise<number> {
  try {
    process.stdout.write(`${(await perform(process.argv.slice(2))).trimEnd()}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`host-config: ${formatError(error)}\n`);
    return EXIT_CODES.get(describeError(error).code) ?? 1;
  }
}

/** @returns what to print */
async function perform(args: readonly string[]): Promise<string> {
  const command = parseCommand(args);
  if (command.name === 'help') return HELP;
  await using host = openHost(readConfig(process.env));
  if (command.name === 'get') {
    const config = await host.hostConfig.get();
    return command.json ? JSON.stringify(config) : formatHostConfig(config);
  }
  const { body } = command;
  const patch = body.source === 'stdin' ? parseBody(await text(process.stdin)) : body.body;
  const change = await host.hostConfig.patch(patch, { force: command.force });
  return command.json ? JSON.stringify(change) : formatChange(change);
}
