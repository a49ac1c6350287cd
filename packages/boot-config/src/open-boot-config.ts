import { createSemaphore } from '@device-supervisor/primitives';
import { nodeFileSystem } from '@device-supervisor/durable-file';
import { backendsOf, type BootPlaces } from './backends.ts';
import type { BootBackend, BootVariables } from './boot-backend.ts';
import type { DeviceKind } from './device-kind.ts';
import { BootConfigNotAppliedError, BootConfigReadError, BootConfigWriteError } from './errors.ts';
import { managedVariablesFile } from './managed-variables.ts';
import { ownerOf, pick, planBootConfig, withChanges, type BootConfigPlan } from './plan-boot-config.ts';

export interface BootConfig {
  /** What is set, by variable. @throws BootConfigReadError */
  read(): Promise<BootVariables>;
  /**
   * What `write` would change now.
   *
   * @param target the variables of boot configuration that a target has
   * @throws BootConfigReadError
   */
  plan(target: BootVariables): Promise<BootConfigPlan>;
  /**
   * Sets what differs, and reads it back. Nothing is written when nothing differs.
   *
   * @returns what changed
   * @throws BootConfigReadError, BootConfigWriteError, BootConfigNotAppliedError
   */
  write(target: BootVariables): Promise<BootConfigPlan>;
  /** Does what has to be done after each boot, before the configuration has an effect. @throws BootConfigWriteError */
  start(): Promise<void>;
}

export interface BootConfigOptions extends BootPlaces {
  readonly device: DeviceKind;
  /** A file of ours, which remembers what targets have set, e.g. `/data/boot-config.json`. */
  readonly memoryPath: string;
}

/**
 * The boot configuration of a device, wherever devices of its type keep it.
 *
 * @example
 * ```ts
 * const bootConfig = await openBootConfig({
 *   device: { deviceType: 'raspberrypi4-64', osVersion: '2.115.1' },
 *   bootMount: '/mnt/boot',
 *   memoryPath: '/data/boot-config.json',
 *   powerFan,
 * });
 * const { changes, needsReboot } = await bootConfig.write({ HOST_CONFIG_gpu_mem: '64' });
 * ```
 */
export async function openBootConfig(options: BootConfigOptions): Promise<BootConfig> {
  const backends = await backendsOf(options.device, options);
  const memory = managedVariablesFile(options.fileSystem ?? nodeFileSystem, options.memoryPath);
  const turns = createSemaphore(1);

  async function read(): Promise<BootVariables> {
    const entries: [string, string][] = [];
    for (const backend of backends) {
      const variables = await attempt(backend.read(), (error) => new BootConfigReadError(backend.name, error));
      entries.push(...Object.entries(variables).filter(([variable]) => ownerOf(backends, variable) === backend));
    }
    return Object.fromEntries(entries);
  }

  async function plan(
    target: BootVariables,
  ): Promise<{ readonly current: BootVariables; readonly plan: BootConfigPlan }> {
    const current = await read();
    return { current, plan: planBootConfig({ backends, current, target, managed: await recall() }) };
  }

  async function write(target: BootVariables): Promise<BootConfigPlan> {
    const { current, plan: planned } = await plan(target);
    const names = Object.keys(target).filter((variable) => ownerOf(backends, variable) !== undefined);
    // Before the files: what a power cut leaves in them can still be removed later.
    await remember(new Set([...(await recall()), ...names]));
    const desired = withChanges(current, planned.changes);
    for (const backend of backends) {
      const isOwn = (variable: string): boolean => ownerOf(backends, variable) === backend;
      if (!planned.changes.some(({ variable }) => isOwn(variable))) continue;
      await attempt(backend.write(pick(desired, isOwn)), (error) => new BootConfigWriteError(backend.name, error));
    }
    if (planned.changes.length > 0) verify(backends, { desired, actual: await read(), planned });
    await remember(new Set(names));
    return planned;
  }

  const recall = (): Promise<ReadonlySet<string>> =>
    attempt(memory.read(), (error) => new BootConfigReadError('memory', error));

  const remember = (variables: ReadonlySet<string>): Promise<void> =>
    attempt(memory.write(variables), (error) => new BootConfigWriteError('memory', error));

  return {
    read: () => turns.run(read),
    plan: (target) => turns.run(async () => (await plan(target)).plan),
    write: (target) => turns.run(() => write(target)),
    start: () =>
      turns.run(async () => {
        for (const backend of backends) {
          await attempt(backend.start(), (error) => new BootConfigWriteError(backend.name, error));
        }
      }),
  };
}

/** @throws BootConfigNotAppliedError */
function verify(
  backends: readonly BootBackend[],
  {
    desired,
    actual,
    planned,
  }: { readonly desired: BootVariables; readonly actual: BootVariables; readonly planned: BootConfigPlan },
): void {
  const lost = planned.changes
    .map(({ variable }) => variable)
    .filter((variable) => {
      const [wanted, found] = [desired[variable], actual[variable]];
      if (wanted === undefined || found === undefined) return wanted !== found;
      return ownerOf(backends, variable)?.isSame(variable, wanted, found) !== true;
    });
  if (lost.length > 0) throw new BootConfigNotAppliedError(lost);
}

async function attempt<Value>(work: Promise<Value>, wrap: (error: unknown) => Error): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw wrap(error);
  }
}
