import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The place of this program: in its repository, where `npm start` runs it, or installed as a command. */
export interface Installation {
  /** Absolute path of the supervisor's program. */
  readonly supervisorProgram: string;
  /** Absolute path of the folder that keeps what a session needs, unless another one is named. */
  readonly stateFolder: string;
  /** Absolute path of the project that runs when none is named; `null`: the one in the working directory. */
  readonly project: string | null;
  /** Folder in which the command was typed. */
  readonly workingDirectory: string;
  /** This program with arguments, as a person types it: `npm start -- down`, `local-mode down`. */
  command(args?: string): string;
}

/** Name of the installed command. */
export const PROGRAM = 'local-mode';

type Environment = Readonly<Record<string, string | undefined>>;

/** @param directory absolute path of the folder of this program's bundle */
export function findInstallation(directory: string, environment: Environment): Installation {
  // The npm package has the supervisor's bundle in a folder beside its own.
  const packaged = join(directory, 'supervisor/main.cjs');
  const isPackaged = existsSync(packaged);
  const root = join(directory, '../../..');
  const isNpmStart = !isPackaged && environment['npm_lifecycle_event'] === 'start';
  return {
    supervisorProgram: isPackaged ? packaged : join(root, 'apps/supervisor/dist/main.cjs'),
    stateFolder: isPackaged ? join(stateHome(environment), PROGRAM) : join(root, '.state/local-mode'),
    project: isPackaged ? null : join(root, 'examples/hello'),
    // npm runs scripts in the root of the repository.
    workingDirectory: (isNpmStart ? environment['INIT_CWD'] : undefined) ?? process.cwd(),
    command: (args = '') => [isNpmStart ? 'npm start' : PROGRAM, ...typed(args, isNpmStart)].join(' '),
  };
}

function typed(args: string, isNpmStart: boolean): readonly string[] {
  if (args === '') return [];
  return isNpmStart ? ['--', args] : [args];
}

/** As the XDG base directory specification has it: a relative path counts as none. */
function stateHome({ XDG_STATE_HOME }: Environment): string {
  return XDG_STATE_HOME?.startsWith('/') === true ? XDG_STATE_HOME : join(homedir(), '.local/state');
}
