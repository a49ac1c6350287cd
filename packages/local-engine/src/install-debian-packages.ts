import { hasErrorCode } from '@device-supervisor/errors';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { CommandRunner } from './command-runner.ts';
import { CommandFailedError, PackageInstallError, type InstallFailure } from './errors.ts';

export interface InstallOptions {
  readonly commands: CommandRunner;
  onProgress(message: string): void;
  readonly signal?: AbortSignal;
  /** Debian's switch for starting services; default `/usr/sbin/policy-rc.d`. */
  readonly servicePolicyFile?: string;
}

/** apt-get waits this long for another package manager, in seconds. */
const LOCK_TIMEOUT = 120;

/** Lines of apt-get's output that go into an error. */
const LOG_LINES = 30;

/** Exit code 101 is Debian's word for "not allowed". */
const FORBID_SERVICE_STARTS = `#!/bin/sh
# Written by device-supervisor for the time of one installation, so that no service is started by it.
exit 101
`;

/**
 * Installs Debian packages with apt-get, without what they only recommend and without starting their services.
 * @throws {@link PackageInstallError} with the reason and the end of apt-get's output
 */
export async function installDebianPackages(packages: readonly string[], options: InstallOptions): Promise<void> {
  options.onProgress('Reading the package lists');
  const update = await aptGet(['update'], options);
  // A source that cannot be read is no reason to give up: the packages may come from another one.
  options.onProgress(`Installing ${packages.join(', ')}`);
  await using _ = await forbidServiceStarts(options.servicePolicyFile ?? '/usr/sbin/policy-rc.d');
  const install = await aptGet(['install', '--yes', '--no-install-recommends', ...packages], options);
  if (install.succeeded) return;

  const reason = classifyAptFailure(install.log.join('\n'));
  throw new PackageInstallError(
    packages,
    reason === 'install-failed' ? classifyAptFailure(update.log.join('\n')) : reason,
    [...update.log, ...install.log].slice(-LOG_LINES).join('\n'),
  );
}

/** The reason why apt-get failed, read from its output in the C locale. */
export function classifyAptFailure(log: string): InstallFailure {
  if (/no space left on device|don't have enough free space|not enough free disk space/i.test(log)) return 'no-disk';
  if (/could not get lock|unable to (?:acquire|lock)/i.test(log)) return 'packages-locked';
  const offline =
    /temporary failure resolving|could not resolve|could not connect|cannot initiate the connection|network is unreachable|connection (?:timed out|refused|failed)|failed to fetch/i;
  return offline.test(log) ? 'no-network' : 'install-failed';
}

async function aptGet(
  parameters: readonly string[],
  options: InstallOptions,
): Promise<{ readonly succeeded: boolean; readonly log: readonly string[] }> {
  const log: string[] = [];
  try {
    await options.commands.run('apt-get', ['-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT}`, '-q', ...parameters], {
      environment: { DEBIAN_FRONTEND: 'noninteractive' },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onLine(line) {
        log.push(line);
        if (line.startsWith('Setting up ')) options.onProgress(line);
      },
    });
    return { succeeded: true, log };
  } catch (error) {
    if (error instanceof CommandFailedError) return { succeeded: false, log };
    throw error;
  }
}

/** A policy that exists is the administrator's and stays, unless a killed installation of ours left it. */
async function forbidServiceStarts(file: string): Promise<AsyncDisposable> {
  const present = await readIfPresent(file);
  if (present !== undefined && present !== FORBID_SERVICE_STARTS) {
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await writeFile(file, FORBID_SERVICE_STARTS, { mode: 0o755 });
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
