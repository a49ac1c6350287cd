import { InvalidArgumentError, Option, type Command } from 'commander';

/** The options of every command. */
export interface CommonOptions {
  /** As it was typed; `null`: the usual one. */
  readonly stateFolder: string | null;
  /** JSON instead of text for people. */
  readonly json: boolean;
  /** Address of a device in local mode, as it was typed; `null`: the session on this machine. */
  readonly device: string | null;
  /** Endpoint of the engine of that device, as it was typed; `null`: port 2375 of the device. */
  readonly engine: string | null;
}

/** The options that choose a project and its parts. */
export interface ProjectOptions {
  /** As it was typed; `null`: the usual project. */
  readonly path: string | null;
  /** Compose files instead of the usual ones, relative to the path. */
  readonly files: readonly string[];
  /** Files of variables instead of `.env`, relative to the path. */
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  /** Services to run, with what they need; empty: all. */
  readonly services: readonly string[];
  /** `null`: that of the compose file or its folder. */
  readonly projectName: string | null;
}

/** The options of `up` and `down`. */
export interface Options extends CommonOptions, ProjectOptions {
  /** Carry out changes of the project's files as they come. */
  readonly watch: boolean;
  /** Leave once the services run. */
  readonly detach: boolean;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  /** Remove the volumes of the project when stopping. */
  readonly volumes: boolean;
  /** Whether this project may take the place of another one that runs. */
  readonly replace: boolean;
  /** 0: any free one; `null`: not given. */
  readonly port: number | null;
  readonly listenAll: boolean;
  /** Open the page of the device in a browser once the services are up. */
  readonly open: boolean;
  /** Whether missing programs may be installed. */
  readonly install: boolean;
}

/** Common options as commander parses them. */
export interface TypedCommon {
  readonly state?: string;
  readonly json?: boolean;
  readonly device?: string;
  readonly engine?: string;
}

/** Project options as commander parses them. */
export interface TypedProject {
  readonly file?: readonly string[];
  readonly envFile?: readonly string[];
  readonly profile?: readonly string[];
  readonly service?: readonly string[];
  readonly projectName?: string;
}

/** Options of `up` as commander parses them. */
export interface TypedUp extends TypedProject {
  readonly watch?: boolean;
  readonly detach?: boolean;
  readonly keep?: boolean;
  readonly stop?: boolean;
  readonly volumes?: boolean;
  readonly replace?: boolean;
  readonly port?: number;
  readonly listenAll?: boolean;
  readonly open?: boolean;
  readonly install?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--state <folder>', 'folder for database, logs and a private engine')
    .option('--device <address>', 'HOST or HOST:PORT of a device in local mode, instead of this machine')
    .option('--engine <endpoint>', 'the engine of that device (default: tcp://HOST:2375)')
    .option('--json', 'JSON instead of text');
}

export function addProjectOptions(command: Command): Command {
  return command
    .option(
      '-f, --file <file>',
      'a compose file, instead of the usual ones; repeat it for files that override it',
      list,
    )
    .option('--profile <name>', 'activate a profile; can be repeated', list)
    .option('--service <name>', 'choose this service and what it needs; can be repeated', list)
    .option('--env-file <file>', 'variables, instead of those of .env; can be repeated', list)
    .option('-p, --project-name <name>', 'name of the project, instead of that of its file or folder');
}

export function addUpOptions(command: Command): Command {
  return command
    .option('-d, --detach', 'leave once the services are up, and keep them running; exit code 1 when one is not')
    .option('--keep', 'keep everything running after Ctrl-C')
    .option('--volumes', "when stopping, remove the project's named volumes as well: their data is lost")
    .option('--replace', 'take the place of another project that runs')
    .option('--port <number>', "port of the supervisor's API (default: 48484; 0: any free one)", portNumber)
    .option('--listen-all', 'offer the API on every network of this machine, to anyone, without a key')
    .option('--open', 'open the page of the device in a browser once the services are up')
    .option('--no-install', 'never install programs; without a container engine, fail instead')
    .addOption(new Option('--stop', 'the same as down').hideHelp());
}

export function commonOptions({ state, json = false, device, engine }: TypedCommon): CommonOptions {
  return { stateFolder: state ?? null, json, device: device ?? null, engine: engine ?? null };
}

export function projectOptions(path: string | undefined, typed: TypedProject): ProjectOptions {
  return {
    path: path ?? null,
    files: typed.file ?? [],
    envFiles: typed.envFile ?? [],
    profiles: typed.profile ?? [],
    services: typed.service ?? [],
    projectName: typed.projectName ?? null,
  };
}

export function upOptions(path: string | undefined, typed: TypedUp, common: CommonOptions): Options {
  return {
    ...projectOptions(path, typed),
    ...common,
    watch: typed.watch ?? false,
    detach: typed.detach ?? false,
    keep: typed.keep ?? false,
    volumes: typed.volumes ?? false,
    replace: typed.replace ?? false,
    port: typed.port ?? null,
    listenAll: typed.listenAll ?? false,
    open: typed.open ?? false,
    install: typed.install ?? true,
  };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('It must be a number from 0 (any free port) to 65535.');
  }
  return port;
}

/** Collects the values of an option that can be repeated. */
export function list(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
