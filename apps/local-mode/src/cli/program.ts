import tab from '@bomb.sh/tab/commander';
import { UsageError } from '@device-supervisor/views/command-line';
import { Command } from 'commander';
import { down } from '../run/down.ts';
import type { Place } from '../run/place.ts';
import { up } from '../run/up.ts';
import { addActions, addReads } from './device-commands.ts';
import { PROGRAM } from './installation.ts';
import { KEYS_HELP } from './keys.ts';
import {
  addCommonOptions,
  addProjectOptions,
  addUpOptions,
  commonOptions,
  upOptions,
  type CommonOptions,
  type TypedCommon,
  type TypedUp,
} from './options.ts';

/** Carries out a command. @returns exit code */
export type CommandRun = (place: Place, common: CommonOptions) => Promise<number>;

/** Runs a command with the options that every command has. */
export type Run = (typed: TypedCommon, command: CommandRun) => Promise<void>;

/** The commands, their options and their help. @param help the command that shows it */
export function createProgram(
  run: (common: CommonOptions, command: CommandRun) => Promise<void>,
  help: string,
): Command {
  const program = new Command(PROGRAM)
    .description('Runs a supervisor on this machine, with a project of yours in it.')
    .enablePositionalOptions()
    .showHelpAfterError(`(${help} lists the commands)`)
    .addHelpText('after', HELP);
  addCommonOptions(program);
  const runWith: Run = (typed, command) => run(commonOptions({ ...typed, ...program.opts<TypedCommon>() }), command);
  addUp(program, runWith);
  addWatch(program, runWith);
  addDown(program, runWith);
  addReads(program, runWith);
  addActions(program, runWith);
  for (const command of program.commands) addCommonOptions(command);
  tab(program);
  return program;
}

const HELP = `
Without a command it is up. A folder that has the name of a command is written as ./NAME.

While up runs in a terminal:
  ${KEYS_HELP}

The engine is the one that DOCKER_HOST names, else this machine's, else a private one.

Completion:
  source <(${PROGRAM} complete bash)    or zsh, fish, powershell

Exit codes:
  0    done
  1    something failed
  2    the options or the project are wrong
  3    nothing runs here, or the device cannot be reached
  5    a service holds its update lock; --force overrides it
  6    doctor: something has to be repaired
  130  interrupted
  exec ends with the exit code of its command`;

function addUp(program: Command, run: Run): void {
  const command = program
    .command('up [dir]', { isDefault: true })
    .description('build a project, apply it and follow its services; a folder, a compose file or a Dockerfile');
  addUpOptions(addProjectOptions(command)).action((dir: string | undefined, typed: TypedUp & TypedCommon) => {
    refuseConflicts(dir, typed);
    return run(typed, (place, common) => {
      const options = upOptions(dir, typed, common);
      return typed.stop === true ? down(options, place) : up(options, place);
    });
  });
}

function addWatch(program: Command, run: Run): void {
  const command = program
    .command('watch [dir]')
    .description('the same as up, and carry out changes of its files as they come: copy, restart or rebuild');
  addUpOptions(addProjectOptions(command)).action((dir: string | undefined, typed: TypedUp & TypedCommon) => {
    if (typed.detach === true || typed.stop === true)
      throw new UsageError('watch goes with neither --detach nor --stop');
    refuseConflicts(dir, typed);
    return run(typed, (place, common) => up(upOptions(dir, { ...typed, watch: true }, common), place));
  });
}

/** @throws UsageError */
function refuseConflicts(dir: string | undefined, { stop, detach, keep, volumes }: TypedUp): void {
  if (stop === true && (dir !== undefined || detach === true || keep === true)) {
    throw new UsageError('--stop goes with neither a path nor --detach nor --keep');
  }
  if (volumes === true && (keep === true || detach === true)) {
    throw new UsageError('--volumes removes volumes when stopping, and --detach and --keep do not stop');
  }
}

function addDown(program: Command, run: Run): void {
  program
    .command('down')
    .description('stop what runs: containers, networks, the supervisor and a private engine')
    .option('--volumes', "remove the project's named volumes as well: their data is lost")
    .option('-p, --project-name <name>', 'another project whose volumes go')
    .action((typed: TypedCommon & Pick<TypedUp, 'volumes' | 'projectName'>) =>
      run(typed, (place, common) =>
        down({ ...upOptions(undefined, typed, common), projectName: typed.projectName ?? null }, place),
      ),
    );
}
