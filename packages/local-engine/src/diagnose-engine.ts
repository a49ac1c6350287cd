import { createCommandRunner } from './command-runner.ts';
import { ConfiguredEngineError } from './errors.ts';
import { findConfiguredEngine, findSystemEngine } from './find-running-engine.ts';
import { assessMachine } from './private-engine/assess-machine.ts';
import { SYSTEM_SOCKETS } from './resolve-engine.ts';

/** What `resolveEngine` would come to on this machine. */
export type EngineDiagnosis =
  | { readonly kind: 'running'; readonly endpoint: string; readonly description: string }
  /** None runs, and a private one can be started. */
  | { readonly kind: 'startable'; readonly description: string }
  | { readonly kind: 'unusable'; readonly problem: string; readonly remedy: string };

/**
 * Finds out which engine `resolveEngine` would use, without starting or installing one.
 *
 * @param environment see `ResolveEngineOptions`
 */
export async function diagnoseEngine(
  environment: Readonly<Record<string, string | undefined>>,
  systemSockets: readonly string[] = SYSTEM_SOCKETS,
): Promise<EngineDiagnosis> {
  try {
    const configured = await findConfiguredEngine(environment);
    if (configured !== undefined) {
      const { endpoint, variable } = configured;
      return { kind: 'running', endpoint, description: `the engine at ${endpoint} (${variable})` };
    }
  } catch (error) {
    if (!(error instanceof ConfiguredEngineError)) throw error;
    return { kind: 'unusable', problem: error.message, remedy: error.hint ?? '' };
  }
  const { socketPath, tried } = await findSystemEngine(systemSockets);
  if (socketPath !== undefined) {
    return { kind: 'running', endpoint: `unix://${socketPath}`, description: `this machine's engine at ${socketPath}` };
  }
  const forbidden = tried.find(({ outcome }) => /EACCES|permission denied/i.test(outcome));
  if (forbidden !== undefined) {
    return {
      kind: 'unusable',
      problem: `this user may not use the engine at ${forbidden.path}`,
      remedy: 'Join the group of the socket ("sudo usermod -aG docker $USER", then log in again), or run as root',
    };
  }
  const verdict = await assessMachine(createCommandRunner(environment), true);
  if (verdict.kind === 'impossible') return { kind: 'unusable', problem: verdict.explanation, remedy: verdict.hint };
  const how = verdict.kind === 'install' ? 'installed with apt-get and started' : 'started';
  return { kind: 'startable', description: `a private one can be ${how}` };
}
