import { SupervisorError } from '@device-supervisor/errors';

/** `DOCKER_HOST` or `DOCKER_SOCKET` is set, but no engine answers there. */
export class ConfiguredEngineError extends SupervisorError<
  'CONFIGURED_ENGINE_UNREACHABLE',
  { readonly variable: EngineVariable; readonly value: string; readonly reason: string }
> {
  constructor(variable: EngineVariable, value: string, reason: string) {
    super(
      'CONFIGURED_ENGINE_UNREACHABLE',
      `${variable} is set to ${value}, but no engine can be used there: ${reason}`,
      {
        details: { variable, value, reason },
        hint: `Start the engine that ${variable} names, correct the value (unix:///path or tcp://host:port), or unset ${variable}`,
      },
    );
  }
}

export type EngineVariable = 'DOCKER_HOST' | 'DOCKER_SOCKET';

/** Why there is neither a running engine nor a way to start one. */
export type UnavailableReason =
  | 'unsupported-platform'
  | 'not-root'
  | 'no-apt'
  | 'install-not-allowed'
  | 'no-network'
  | 'no-disk'
  | 'packages-locked'
  | 'install-failed';

/** A system socket that was asked, and what came of it. */
export interface TriedSocket {
  readonly path: string;
  /** `absent`, or why the socket did not answer. */
  readonly outcome: string;
}

/** No engine runs on this machine and a private one cannot be started. */
export class EngineUnavailableError extends SupervisorError<
  'ENGINE_UNAVAILABLE',
  { readonly reason: UnavailableReason; readonly tried: readonly TriedSocket[] }
> {
  constructor(
    reason: UnavailableReason,
    options: {
      readonly explanation: string;
      readonly hint: string;
      readonly tried: readonly TriedSocket[];
      readonly cause?: unknown;
    },
  ) {
    const asked = options.tried
      .filter(({ outcome }) => outcome !== 'absent')
      .map(({ path, outcome }) => `; ${path}: ${outcome}`)
      .join('');
    super(
      'ENGINE_UNAVAILABLE',
      `no container engine is running and none can be started: ${options.explanation}${asked}`,
      {
        details: { reason, tried: options.tried },
        hint: options.hint,
        cause: options.cause,
      },
    );
  }
}

export type InstallFailure = 'no-network' | 'no-disk' | 'packages-locked' | 'install-failed';

/** apt-get could not install packages. */
export class PackageInstallError extends SupervisorError<
  'PACKAGE_INSTALL_FAILED',
  { readonly packages: readonly string[]; readonly reason: InstallFailure; readonly log: string }
> {
  constructor(packages: readonly string[], reason: InstallFailure, log: string) {
    super(
      'PACKAGE_INSTALL_FAILED',
      `apt-get could not install ${packages.join(', ')}; the end of its output:\n${log}`,
      {
        details: { packages, reason, log },
        hint: INSTALL_HINTS[reason],
      },
    );
  }
}

const INSTALL_HINTS: Readonly<Record<InstallFailure, string>> = {
  'no-network': 'Connect this machine to its Debian package mirror, and try again',
  'no-disk': 'Free some disk space (about 500 MB), and try again',
  'packages-locked': 'Wait until the other package manager has finished, and try again',
  'install-failed': 'Run "apt-get update" and "apt-get install" by hand to see what is wrong',
};

/** The private dockerd did not come up. */
export class EngineStartError extends SupervisorError<
  'ENGINE_START_FAILED',
  { readonly logFile: string; readonly log: string }
> {
  constructor(reason: string, options: { readonly logFile: string; readonly log: string; readonly cause?: unknown }) {
    const tail = options.log === '' ? '' : `; the end of ${options.logFile}:\n${options.log}`;
    super('ENGINE_START_FAILED', `the private container engine did not start: ${reason}${tail}`, {
      details: { logFile: options.logFile, log: options.log },
      hint: startHint(options.log),
      cause: options.cause,
    });
  }
}

function startHint(log: string): string {
  if (/no space left on device/i.test(log)) return 'Free some disk space, and try again';
  if (/operation not permitted|permission denied/i.test(log)) {
    return 'Run on a machine, or in a container, whose root may mount, create network interfaces and change iptables';
  }
  return 'Read the log, or set DOCKER_HOST to an engine that runs already';
}

/** A private engine was asked for in a directory whose engine another process namespace runs. */
export class EngineDirectoryInUseError extends SupervisorError<
  'ENGINE_DIRECTORY_IN_USE',
  { readonly directory: string; readonly socket: string }
> {
  constructor(directory: string, socket: string) {
    super('ENGINE_DIRECTORY_IN_USE', `an engine that is not visible from here answers on ${socket}`, {
      details: { directory, socket },
      hint: 'Choose another state directory, or end the container or namespace that runs the engine in this one',
    });
  }
}

/** A stopped engine's processes or cgroups would not go away. */
export class EngineTracesLeftError extends SupervisorError<
  'ENGINE_TRACES_LEFT',
  { readonly processes: readonly number[]; readonly cgroups: readonly string[] }
> {
  constructor(processes: readonly number[], cgroups: readonly string[]) {
    const what = [...processes.map((pid) => `process ${pid}`), ...cgroups].join(', ');
    super('ENGINE_TRACES_LEFT', `the stopped container engine left something behind: ${what}`, {
      details: { processes, cgroups },
      hint: 'A process that waits for a broken disk or network share cannot be killed: repair that, or restart the machine',
    });
  }
}

/** Every address range that a private engine could use overlaps one of the machine's. */
export class NoFreeAddressRangeError extends SupervisorError<
  'NO_FREE_ADDRESS_RANGE',
  { readonly occupied: readonly string[] }
> {
  constructor(occupied: readonly string[]) {
    super('NO_FREE_ADDRESS_RANGE', 'all private IPv4 ranges overlap an address or a route of this machine', {
      details: { occupied },
      hint: 'Remove the routes that cover 172.16.0.0/12, 192.168.0.0/16 and 10.0.0.0/8, or set DOCKER_HOST to a running engine',
    });
  }
}

/** A program of the machine (`ip`, `iptables-restore`, `umount` …) failed. */
export class CommandFailedError extends SupervisorError<
  'COMMAND_FAILED',
  { readonly command: string; readonly exitCode: number | null; readonly output: string }
> {
  constructor(command: string, exitCode: number | null, output: string) {
    super(
      'COMMAND_FAILED',
      `${command} ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}: ${output}`,
      {
        details: { command, exitCode, output },
      },
    );
  }
}
