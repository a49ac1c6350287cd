import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MachineSnapshot } from '@device-supervisor/testbed';

/** The result of a scenario; each sets some of these. */
export interface Sight {
  readonly before: MachineSnapshot;
  readonly during: MachineSnapshot;
  readonly between: MachineSnapshot;
  readonly after: MachineSnapshot;
  readonly page: string;
  /** Container name to state. */
  readonly states: Readonly<Record<string, string>>;
  readonly statesThen: Readonly<Record<string, string>>;
  readonly endpoint: string;
  readonly engine: { readonly kind: string; readonly endpoint: string; readonly description: string };
  readonly reused: boolean;
  readonly error: Failure;
  readonly messages: readonly string[];
  /** Capability sets, in hexadecimal. */
  readonly own: string;
  readonly container: string;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: { readonly reason?: string; readonly log?: string };
}

const NODE = [process.execPath, '--conditions=@device-supervisor/source'] as const;

/** Plays a scenario of `scenarios.ts` in fresh namespaces, and returns what it saw. */
export async function runScenario<Seen = Sight>(name: string): Promise<Seen> {
  const launcher = fileURLToPath(new URL('../../../tooling/testbed/src/in-namespace.ts', import.meta.url));
  const scenarios = fileURLToPath(new URL('scenarios.ts', import.meta.url));
  const [program, condition] = NODE;
  const { stdout } = await promisify(execFile)(program, [condition, launcher, '--', ...NODE, scenarios, name]);
  const seen: Seen = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  return seen;
}
