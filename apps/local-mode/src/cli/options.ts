import { parseArgs } from 'node:util';
import { UsageError } from '../errors.ts';

/** The parsed command line. */
export interface Options {
  /** As it was typed; `null`: the example. */
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
  readonly help: boolean;
  /** Leave once the services run. */
  readonly detach: boolean;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  /** Stop what was left running. */
  readonly stop: boolean;
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
  /** As it was typed; `null`: the usual one. */
  readonly stateFolder: string | null;
}

export const HELP = `Runs a supervisor on this machine, with a project of yours in it.

Usage: npm start [-- [path] [options]]

  path              a folder with a compose.yaml, compose.yml, docker-compose.yml or Dockerfile,
                    or such a file; default: examples/hello

  -f, --file FILE   a compose file, instead of the usual ones; repeat it for files that override it
  --profile NAME    activate a profile; can be repeated
  --service NAME    run this service and what it needs; can be repeated
  --env-file FILE   variables, instead of those of .env; can be repeated
  -p, --project-name NAME

  --detach          leave once the services are up, and keep them running; exit code 1 when one is not
  --keep            keep everything running after Ctrl-C
  --stop            stop what --detach or --keep left running
  --volumes         when stopping, remove the project's named volumes as well: their data is lost;
                    -p names another project whose volumes go
  --replace         take the place of another project that runs
  --port NUMBER     port of the supervisor's API (default: 48484; 0: any free one)
  --listen-all      offer the API on every network of this machine, to anyone, without a key
  --open            open the page of the device in a browser once the services are up
  --no-install      never install programs; without a container engine, fail instead
  --state FOLDER    where database, logs and a private engine go (default: .state/local-mode)
  -h, --help        show this

While it runs in a terminal:  r  read, build and apply again    l  logs on or off    q  stop

The engine is the one that DOCKER_HOST names, else this machine's, else a private one.
Exit codes: 0 done, 1 something failed, 2 the options or the project are wrong.
`;

/**
 * Reads the arguments after `npm start --`.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const [path = null, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`only one project can run, and ${more.join(', ')} is one more`, SEE_HELP);
  if (values.stop && (path !== null || values.detach || values.keep)) {
    throw new UsageError('--stop goes with neither a path nor --detach nor --keep', SEE_HELP);
  }
  if (values.volumes && (values.keep || values.detach)) {
    throw new UsageError('--volumes removes volumes when stopping, and --detach and --keep do not stop', SEE_HELP);
  }
  return {
    path,
    files: values.file ?? [],
    envFiles: values['env-file'] ?? [],
    profiles: values.profile ?? [],
    services: values.service ?? [],
    projectName: values['project-name'] ?? null,
    help: values.help,
    detach: values.detach,
    keep: values.keep,
    stop: values.stop,
    volumes: values.volumes,
    replace: values.replace,
    port: values.port === undefined ? null : readPort(values.port),
    listenAll: values['listen-all'],
    open: values.open,
    install: !values['no-install'],
    stateFolder: values.state ?? null,
  };
}

const SEE_HELP = 'See npm start -- --help';

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const list = { type: 'string', multiple: true } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        file: { ...list, short: 'f' },
        profile: list,
        service: list,
        'env-file': list,
        'project-name': { type: 'string', short: 'p' },
        help: { ...flag, short: 'h' },
        detach: flag,
        keep: flag,
        stop: flag,
        volumes: flag,
        replace: flag,
        port: { type: 'string' },
        'listen-all': flag,
        open: flag,
        'no-install': flag,
        state: { type: 'string' },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(
      error.message.replace(/\. .*$/s, '').replace(/^[A-Z]/, (letter) => letter.toLowerCase()),
      SEE_HELP,
    );
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`--port ${text} is not a port`, 'Give a number from 0 (any free port) to 65535');
  }
  return port;
}
