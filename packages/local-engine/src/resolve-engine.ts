import { join } from 'node:path';
import { createCommandRunner, type CommandRunner } from './command-runner.ts';
import { EngineUnavailableError, PackageInstallError, type TriedSocket } from './errors.ts';
import { findConfiguredEngine, findSystemEngine } from './find-running-engine.ts';
import { installDebianPackages } from './install-debian-packages.ts';
import { assessMachine, missingPrograms } from './private-engine/assess-machine.ts';
import { ENGINE_PACKAGES } from './private-engine/requirements.ts';
import { startPrivateEngine } from './private-engine/start-private-engine.ts';

/** A container engine to work with. Disposing of it stops a private engine and leaves any other alone. */
export interface LocalEngine extends AsyncDisposable {
  /** `unix:///path`, or `tcp://host:port` when `DOCKER_HOST` says so. */
  readonly endpoint: string;
  readonly kind: 'configured' | 'system' | 'private';
  /** One line for a person: which engine it is and where it came from. */
  readonly description: string;
}

export interface ResolveEngineOptions {
  /**
   * `DOCKER_HOST` and `DOCKER_SOCKET` name an engine. A private engine also gets `PATH`, `GOGC` and the proxy variables
   * (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, either case), and nothing else.
   */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Directory where a private engine keeps everything; one process at a time may use it. */
  readonly stateDirectory: string;
  /** Called with one line for a person whenever something that takes time begins. */
  onProgress(message: string): void;
  /** Whether a missing engine may be installed with apt-get. Default: true. */
  readonly installEngine?: boolean;
  /** Gives up what is under way; an engine that was being started is stopped again. */
  readonly signal?: AbortSignal;
  /** Sockets of the machine's own engines, in order of preference. Default: `SYSTEM_SOCKETS`. */
  readonly systemSockets?: readonly string[];
}

/** Where Docker, balenaEngine and Podman listen. */
export const SYSTEM_SOCKETS: readonly string[] = [
  '/var/run/docker.sock',
  '/var/run/balena-engine.sock',
  '/run/podman/podman.sock',
];

/**
 * Finds a container engine on this machine, or starts a private one: the engine that the environment names; else the
 * system's; else a private `dockerd` (the one that a killed process left running, or a new one, installed with apt-get
 * when it is missing).
 *
 * @throws {@link ConfiguredEngineError} when the environment names an engine that does not answer
 * @throws {@link EngineUnavailableError} when there is no engine and none can be started; its hint says what to do
 * @throws {@link EngineStartError} when the private engine does not come up
 */
export async function resolveEngine(options: ResolveEngineOptions): Promise<LocalEngine> {
  const { environment, signal } = options;
  const configured = await findConfiguredEngine(environment, signal);
  if (configured !== undefined) {
    return external('configured', configured.endpoint, `the engine at ${configured.endpoint} (${configured.variable})`);
  }
  const { socketPath, tried } = await findSystemEngine(options.systemSockets ?? SYSTEM_SOCKETS, signal);
  if (socketPath !== undefined) {
    return external('system', `unix://${socketPath}`, `this machine's engine at ${socketPath}`);
  }
  return await resolvePrivateEngine(options, tried);
}

function external(kind: 'configured' | 'system', endpoint: string, description: string): LocalEngine {
  return { kind, endpoint, description, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function resolvePrivateEngine(
  options: ResolveEngineOptions,
  tried: readonly TriedSocket[],
): Promise<LocalEngine> {
  const { environment, onProgress, signal } = options;
  const commands = createCommandRunner(environment);
  const verdict = await assessMachine(commands, options.installEngine ?? true);
  if (verdict.kind === 'impossible') throw new EngineUnavailableError(verdict.reason, { ...verdict, tried });
  if (verdict.kind === 'install') await installPrograms(options, { commands, tried });

  const engine = await startPrivateEngine({
    directory: join(options.stateDirectory, 'engine'),
    environment,
    onProgress,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    kind: 'private',
    endpoint: engine.endpoint,
    description: `a private engine in ${engine.directory}${engine.reused ? ', left running by an earlier process' : ''}`,
    [Symbol.asyncDispose]: () => engine.stop(),
  };
}

async function installPrograms(
  { onProgress, signal }: ResolveEngineOptions,
  { commands, tried }: { readonly commands: CommandRunner; readonly tried: readonly TriedSocket[] },
): Promise<void> {
  onProgress('No container engine found: installing one with apt-get (this takes a moment)');
  try {
    await installDebianPackages(ENGINE_PACKAGES, {
      commands,
      onProgress,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (!(error instanceof PackageInstallError)) throw error;
    throw new EngineUnavailableError(error.details.reason, {
      explanation: error.message,
      hint: `${error.hint ?? ''}, or set DOCKER_HOST to a running engine`,
      tried,
      cause: error,
    });
  }
  const missing = await missingPrograms(commands);
  if (missing.length === 0) return;
  throw new EngineUnavailableError('install-failed', {
    explanation: `the packages ${ENGINE_PACKAGES.join(', ')} are installed, but ${missing.join(', ')} cannot be found`,
    hint: `Run "apt-get install --reinstall ${ENGINE_PACKAGES.join(' ')}", or set DOCKER_HOST to a running engine`,
    tried,
  });
}
