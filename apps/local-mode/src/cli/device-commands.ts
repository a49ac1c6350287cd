import type { ServiceAction } from '@device-supervisor/views/command-line';
import type { Command } from 'commander';
import { act } from '../commands/act.ts';
import { config } from '../commands/config.ts';
import { onTarget } from '../commands/context.ts';
import { doctor } from '../commands/doctor/doctor.ts';
import { exec } from '../commands/exec.ts';
import { logs } from '../commands/logs.ts';
import { open } from '../commands/open.ts';
import { plan } from '../commands/plan.ts';
import { ps } from '../commands/ps.ts';
import { addProjectOptions, list, projectOptions, type TypedCommon, type TypedProject } from './options.ts';
import type { Run } from './program.ts';
import { readSince, readTail } from './since.ts';

/** Lines of each service that `logs` shows unless it is asked for another number. */
const TAIL = 100;

interface TypedLogs extends TypedCommon {
  readonly follow: boolean;
  readonly since?: number;
  readonly tail: number;
}

/** The commands that change nothing. */
export function addReads(program: Command, run: Run): void {
  program
    .command('ps [services...]')
    .description('services with their state, and what waits and why')
    .action((services: string[], typed: TypedCommon) =>
      run(
        typed,
        onTarget((context) => ps(context, services)),
      ),
    );
  program
    .command('logs [services...]')
    .description('the latest lines of services; with -f those from now on as well')
    .option('-f, --follow', 'follow until interrupted', false)
    .option('--since <time>', 'leave out older lines: 90s, 10m, 1h30m, or a date and time', (text) =>
      readSince(text, Date.now()),
    )
    .option('-n, --tail <number>', 'the newest lines of each service; all for every line', readTail, TAIL)
    .action((services: string[], { follow, since, tail, ...typed }: TypedLogs) =>
      run(
        typed,
        onTarget((context) => logs(context, services, { follow, since: since ?? null, tail })),
      ),
    );
  addProjectOptions(
    program.command('plan [dir]').description('what up would change with the images that are here now, and why'),
  ).action((dir: string | undefined, typed: TypedProject & TypedCommon) =>
    run(
      typed,
      onTarget((context) => plan(context, projectOptions(dir, typed))),
    ),
  );
  addProjectOptions(
    program
      .command('config [dir]')
      .description('check a project and print it after variables, overrides and profiles; needs no engine'),
  ).action((dir: string | undefined, typed: TypedProject & TypedCommon) =>
    run(typed, (place, common) => config(place, common, projectOptions(dir, typed))),
  );
  program
    .command('doctor')
    .description('check engine, BuildKit, Node.js, port, permissions, disk and leftovers, with remedies')
    .action((typed: TypedCommon) => run(typed, doctor));
  program
    .command('open')
    .description('open the page of the device in a browser')
    .action((typed: TypedCommon) => run(typed, onTarget(open)));
}

interface TypedExec extends TypedCommon {
  /** Absent with `--no-tty`: false. */
  readonly tty: boolean;
  readonly user?: string;
  readonly workdir?: string;
  readonly env?: readonly string[];
}

/** The commands that do something with services. */
export function addActions(program: Command, run: Run): void {
  addAction(program, run, {
    action: 'restart',
    description: 'create the containers of services, or those of the whole app, again',
  });
  addAction(program, run, { action: 'stop', description: 'stop services until the supervisor or its target changes' });
  addAction(program, run, { action: 'start', description: 'start services that were stopped' });
  program
    .command('exec <service> <command...>')
    .description('run a command in the container of a service; options after the service are those of the command')
    .option('-T, --no-tty', 'without a terminal, also where there is one')
    .option('-u, --user <user>', 'run it as this user of the container')
    .option('-w, --workdir <folder>', 'run it in this folder of the container')
    .option('-e, --env <name=value>', 'a variable for it; can be repeated', list)
    .passThroughOptions()
    .action((service: string, command: string[], { tty, user, workdir, env, ...typed }: TypedExec) =>
      run(
        typed,
        onTarget((context) =>
          exec(
            context,
            { service, command },
            { tty, user: user ?? null, workingDirectory: workdir ?? null, environment: env ?? [] },
          ),
        ),
      ),
    );
}

function addAction(
  program: Command,
  run: Run,
  { action, description }: { readonly action: ServiceAction; readonly description: string },
): void {
  program
    .command(action === 'restart' ? `${action} [services...]` : `${action} <services...>`)
    .description(description)
    .option('--force', 'ignore update locks', false)
    .action((services: string[], { force, ...typed }: TypedCommon & { readonly force: boolean }) =>
      run(
        typed,
        onTarget((context) => act(context, { action, services }, { force })),
      ),
    );
}
