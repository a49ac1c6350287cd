import tab from '@bomb.sh/tab/commander';
import { Command, InvalidArgumentError } from 'commander';
import { actOnService, restartApp, type ServiceAction } from '@device-supervisor/views/command-line';
import { purge, update } from '../commands/act.ts';
import { setConfig, showConfig } from '../commands/config.ts';
import type { Context } from '../commands/context.ts';
import { diagnose } from '../commands/diagnose.ts';
import { events, logs } from '../commands/follow.ts';
import { listLocks, releaseLock, takeLock, watchLocks } from '../commands/locks.ts';
import { health, plan, status } from '../commands/look.ts';
import { setTarget, showTarget } from '../commands/target.ts';

/** Options of every command. */
export interface GlobalOptions {
  readonly device?: string;
  readonly keyFile?: string;
  /** Absent: as the output is, a terminal or not. */
  readonly json?: boolean;
}

/** Runs a command of the device. @returns exit code */
export type Run = (command: (context: Context) => Promise<number>) => Promise<void>;

const SELECT_APP = ['--app <name>', 'the app, by name, id or uuid; needed where several fit'] as const;
const FORCE = ['--force', 'ignore update locks', false] as const;

interface AppOption {
  readonly app?: string;
}
interface ForceOption extends AppOption {
  readonly force: boolean;
}

/** The commands, what they take, and their help. */
export function createProgram(run: Run): Command {
  const program = new Command('devicectl')
    .description('Show and control a device: services, plan with causes, blocked parts.')
    .option('--device <address>', 'HOST, HOST:PORT or [IPV6]:PORT; this device by default (DEVICECTL_DEVICE)')
    .option('--key-file <file>', 'file with the API key, - for standard input (DEVICECTL_KEY_FILE, DEVICECTL_KEY)')
    .option('--json', 'JSON of the API; the default where the output is not a terminal')
    .option('--no-json', 'text for people, also where the output is not a terminal')
    .showHelpAfterError('(devicectl --help lists the commands)')
    .addHelpText('after', HELP);

  program
    .command('status')
    .description('apps and services, and blocked parts with their reasons')
    .action(() => run(status));
  program
    .command('plan')
    .description('the plan as a tree, with the cause of each operation')
    .option('--target <file>', 'plan for this target; - for standard input')
    .action(({ target }: { target?: string }) => run((context) => plan(context, target)));
  program
    .command('events')
    .description('kept events; with -f events from now on')
    .option('-f, --follow', 'follow until interrupted', false)
    .action((options: { follow: boolean }) => run((context) => events(context, options)));
  program
    .command('logs [service]')
    .description("the end of the host's journal; with -f log lines of services and supervisor from now on")
    .option('-f, --follow', 'follow until interrupted', false)
    .option('-n, --lines <number>', 'lines of the journal', wholeNumber, 100)
    .option(...SELECT_APP)
    .action((service: string | undefined, { follow, lines, app }: AppOption & { follow: boolean; lines: number }) =>
      run((context) => logs(context, service, { follow, lines, app })),
    );
  addActions(program, run);
  addLocks(program, run);
  addConfiguration(program, run);
  program
    .command('health')
    .description('health of supervisor and device, with remedies')
    .action(() => run(health));
  program
    .command('diagnose')
    .description('write an archive that describes the device, without its secrets')
    .option('-o, --output <file>', 'output file; - for standard output; diagnostics-….tar.gz by default')
    .action(({ output }: { output?: string }) => run((context) => diagnose(context, output)));
  tab(program);
  return program;
}

const HELP = `
Examples:
  devicectl status
  devicectl plan
  devicectl logs -f main
  devicectl --device 192.0.2.7 --key-file ~/kitchen.key update --force
  devicectl --json status | jq '.apps[].services[].status'

Environment:
  DEVICECTL_DEVICE    the device to ask
  DEVICECTL_KEY       its API key; BALENA_SUPERVISOR_API_KEY in a container. A key is never an argument.
  DEVICECTL_KEY_FILE  a file with the key
  NO_COLOR            no colours; FORCE_COLOR asks for them

Completion:
  source <(devicectl complete bash)    or zsh, fish, powershell

Exit codes:
  0    done
  1    the device could not do it, or the output cannot be written
  2    wrong usage
  3    the device cannot be reached
  4    the key is missing, or does not open this
  5    a service holds its update lock; --force overrides it
  6    health: the supervisor or something of the device does not work
  130  interrupted`;

function addActions(program: Command, run: Run): void {
  const act = (action: ServiceAction, service: string, { app, force }: ForceOption): Promise<void> =>
    run((context) => actOnService(context, { action, service }, { app, force }));
  program
    .command('restart [service]')
    .description('create the container of a service, or those of the whole app, again')
    .option(...SELECT_APP)
    .option(...FORCE)
    .action((service: string | undefined, { app, force }: ForceOption) =>
      service === undefined
        ? run((context) => restartApp(context, { app, force }))
        : act('restart', service, { force, ...(app === undefined ? {} : { app }) }),
    );
  for (const action of ['stop', 'start'] as const) {
    program
      .command(`${action} <service>`)
      .description(action === 'stop' ? 'stop a service until the supervisor or its target changes' : 'start a service')
      .option(...SELECT_APP)
      .option(...FORCE)
      .action((service: string, options: ForceOption) => act(action, service, options));
  }
  program
    .command('purge [app]')
    .description('remove the volumes of an app with all their data, and create its containers again')
    .option('-y, --yes', 'without a question', false)
    .option(...FORCE)
    .action((app: string | undefined, { yes, force }: ForceOption & { yes: boolean }) =>
      run((context) => purge(context, { app, force, yes })),
    );
  program
    .command('update')
    .description('look for a new target and apply it')
    .option(...FORCE)
    .option('--cancel', 'cancel the update that runs', false)
    .action((options: { force: boolean; cancel: boolean }) => run((context) => update(context, options)));
}

function addLocks(program: Command, run: Run): void {
  const locks = program.command('locks').description('locks that keep an update from stopping services');
  locks
    .command('list', { isDefault: true })
    .description('the locks that are held')
    .action(() => run(listLocks));
  locks
    .command('watch')
    .description('print the locks whenever they change')
    .action(() => run(watchLocks));
  locks
    .command('take <service>')
    .description('take or extend the lock of a service for a time')
    .option(...SELECT_APP)
    .option('--reason <text>', 'shown to clients that wait for the lock', '')
    .option('--holder <name>', 'who takes it', 'devicectl')
    .option('--ttl <seconds>', 'seconds after which it ends by itself', wholeNumber, 600)
    .action((service: string, { app, ...options }: AppOption & { reason: string; holder: string; ttl: number }) =>
      run((context) => takeLock(context, service, { app, ...options })),
    );
  locks
    .command('release <service>')
    .description('release a lock that was taken')
    .option(...SELECT_APP)
    .option('--holder <name>', 'who took it', 'devicectl')
    .action((service: string, { app, holder }: AppOption & { holder: string }) =>
      run((context) => releaseLock(context, service, { app, holder })),
    );
}

function addConfiguration(program: Command, run: Run): void {
  const config = program.command('config').description('host name and proxy, and the configuration of the target');
  config
    .command('show', { isDefault: true })
    .description('show all of it')
    .action(() => run(showConfig));
  config
    .command('set [changes...]')
    .description('hostname=kitchen, proxy.type=socks5 proxy.ip=192.0.2.1 proxy.port=1080; proxy= removes the proxy')
    .option('--file <file>', 'more of it as JSON, - for standard input: a password belongs there')
    .option(...FORCE)
    .action((changes: string[], { file, force }: { file?: string; force: boolean }) =>
      run((context) => setConfig(context, changes, { file, force })),
    );
  const target = program.command('target').description('the target of the device');
  target
    .command('show', { isDefault: true })
    .description('the target state, in format v2')
    .action(() => run(showTarget));
  target
    .command('set <file>')
    .description('set the target of a device in local mode; - for standard input')
    .option(...FORCE)
    .action((file: string, options: ForceOption) => run((context) => setTarget(context, file, options)));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
