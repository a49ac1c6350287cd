import type { ServiceComposition } from '@device-supervisor/state';
import type { ContainerConfig, RestartPolicy } from '../container-config.ts';
import { cleanPath } from './clean-path.ts';
import { FieldError } from './field-error.ts';
import { parseDuration } from './parse-duration.ts';
import type { ReadContext } from './read-context.ts';
import { readHealthcheck } from './read-healthcheck.ts';
import { splitCommand } from './split-command.ts';

type ProcessConfig = Pick<
  ContainerConfig,
  | 'command'
  | 'entrypoint'
  | 'user'
  | 'workingDir'
  | 'tty'
  | 'stdinOpen'
  | 'init'
  | 'healthcheck'
  | 'stopSignal'
  | 'stopTimeout'
  | 'restart'
  | 'groupAdd'
>;

/** The fields that say what runs in the container, and how it is started and stopped. */
export function readProcess(composition: ServiceComposition, context: ReadContext): ProcessConfig {
  const { findings } = context;
  const { stop_grace_period: grace } = composition;
  return {
    command: findings.read('command', null, () => readCommand(composition.command)),
    entrypoint: findings.read('entrypoint', null, () => readCommand(composition.entrypoint)),
    user: composition.user === undefined ? '' : String(composition.user),
    workingDir: findings.read('working_dir', '', () => readWorkingDir(composition.working_dir)),
    tty: composition.tty ?? true,
    stdinOpen: composition.stdin_open ?? false,
    init: composition.init ?? null,
    healthcheck: readHealthcheck(composition.healthcheck, context),
    stopSignal: composition.stop_signal ?? '',
    stopTimeout: findings.read('stop_grace_period', null, () =>
      grace === undefined ? null : Math.ceil(parseDuration(grace) / 1000),
    ),
    restart: findings.read('restart', { name: 'always', maximumRetryCount: 0 }, () => readRestart(composition.restart)),
    groupAdd: (composition.group_add ?? []).map(String).sort(),
  };
}

function readCommand(command: string | readonly string[] | undefined): readonly string[] | null {
  if (command === undefined) return null;
  return typeof command === 'string' ? splitCommand(command) : command;
}

function readWorkingDir(path: string = ''): string {
  if (path === '' || path.startsWith('/')) return cleanPath(path);
  throw new FieldError(`'${path}' is not an absolute path`);
}

/** An empty value counts as absent. */
function readRestart(text: string = ''): RestartPolicy {
  const restart = text === '' ? 'always' : text;
  const [name, retries, ...rest] = restart.split(':');
  switch (name) {
    case 'no':
    case 'always':
    case 'unless-stopped':
      if (retries === undefined) return { name, maximumRetryCount: 0 };
      break;
    case 'on-failure':
      if (rest.length === 0 && /^\d*$/.test(retries ?? '')) return { name, maximumRetryCount: Number(retries ?? 0) };
      break;
    default:
  }
  throw new FieldError(`'${restart}' is not one of no, always, unless-stopped, on-failure, on-failure:<retries>`);
}
