import type { Healthcheck } from '@device-supervisor/compose';
import { cleanPath } from '@device-supervisor/compose';
import type { HealthcheckWire } from '../wire/container-wire.ts';
import { inHost, inSettings, type FieldMappings } from './field-mapping.ts';
import { withoutRequested } from './requested-label.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** The process of a container, and how it is started and stopped. */
export const PROCESS_FIELDS: FieldMappings<
  | 'environment'
  | 'labels'
  | 'entrypoint'
  | 'command'
  | 'user'
  | 'groupAdd'
  | 'workingDir'
  | 'tty'
  | 'stdinOpen'
  | 'healthcheck'
  | 'stopSignal'
  | 'stopTimeout'
  | 'restart'
  | 'init'
  | 'postStart'
  | 'preStop'
> = {
  environment: {
    write: (variables) => ({ settings: { Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`) } }),
    read: ({ settings }) => readEnvironment(settings.Env),
  },
  labels: inSettings('Labels', ({ settings }) => withoutRequested(settings.Labels)),
  entrypoint: inSettings('Entrypoint', ({ settings }) => settings.Entrypoint ?? null),
  command: inSettings('Cmd', ({ settings }) => settings.Cmd ?? null),
  user: inSettings('User', ({ settings }) => settings.User),
  groupAdd: inHost('GroupAdd', ({ host }) => host.GroupAdd.toSorted()),
  workingDir: inSettings('WorkingDir', ({ settings }) => cleanPath(settings.WorkingDir)),
  tty: inSettings('Tty', ({ settings }) => settings.Tty),
  stdinOpen: inSettings('OpenStdin', ({ settings }) => settings.OpenStdin),
  healthcheck: {
    write: (healthcheck) => ({
      settings: { Healthcheck: healthcheck === null ? null : writeHealthcheck(healthcheck) },
    }),
    read: ({ settings }) => readHealthcheck(settings.Healthcheck),
  },
  stopSignal: inSettings('StopSignal', ({ settings }) => settings.StopSignal),
  stopTimeout: inSettings('StopTimeout', ({ settings }) => settings.StopTimeout ?? null),
  restart: {
    write: ({ name, maximumRetryCount }) => ({
      host: { RestartPolicy: { Name: name, MaximumRetryCount: maximumRetryCount } },
    }),
    read: ({ host }) => ({
      name: readRestartName(host.RestartPolicy?.Name),
      maximumRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    }),
  },
  init: inHost('Init', ({ host }) => host.Init ?? null),
  // They stand in a label of ours.
  postStart: { write: () => ({}), read: ({ requested }) => requested?.postStart ?? [] },
  preStop: { write: () => ({}), read: ({ requested }) => requested?.preStop ?? [] },
};

/** `NAME=value` lines as a map; a line without a value says that the variable is not set. */
export function readEnvironment(lines: readonly string[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of lines) {
    const end = line.indexOf('=');
    if (end > 0) variables[line.slice(0, end)] = line.slice(end + 1);
  }
  return variables;
}

/** `null`: there is none. */
export function readHealthcheck(wire: HealthcheckWire | null | undefined): Healthcheck | null {
  if (wire === null || wire === undefined) return null;
  return {
    test: wire.Test,
    interval: wire.Interval / NANOSECONDS_PER_MILLISECOND,
    timeout: wire.Timeout / NANOSECONDS_PER_MILLISECOND,
    startPeriod: wire.StartPeriod / NANOSECONDS_PER_MILLISECOND,
    startInterval: wire.StartInterval / NANOSECONDS_PER_MILLISECOND,
    retries: wire.Retries,
  };
}

function writeHealthcheck(healthcheck: Healthcheck): HealthcheckWire {
  return {
    Test: [...healthcheck.test],
    Interval: healthcheck.interval * NANOSECONDS_PER_MILLISECOND,
    Timeout: healthcheck.timeout * NANOSECONDS_PER_MILLISECOND,
    StartPeriod: healthcheck.startPeriod * NANOSECONDS_PER_MILLISECOND,
    StartInterval: healthcheck.startInterval * NANOSECONDS_PER_MILLISECOND,
    Retries: healthcheck.retries,
  };
}

function readRestartName(name: string | undefined): 'no' | 'always' | 'on-failure' | 'unless-stopped' {
  switch (name) {
    case 'always':
    case 'on-failure':
    case 'unless-stopped':
      return name;
    default:
      return 'no';
  }
}
