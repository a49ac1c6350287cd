import { createSemaphore } from '@device-supervisor/primitives';
import { nodeFileSystem } from '@device-supervisor/durable-file';
import { backendsOf, type BootPlaces } from './backends.ts';
import type { BootBackend, BootVariables } from './boot-backend.ts';
import type { DeviceKind } from './device-kind.ts';
import { BootConfigReadError, BootConfigWriteError } from './errors.ts';
import { managedVariablesFile } from './managed-variables.ts';
import { ownerOf, pick, planBootConfig, withChanges, type BootConfigPlan } from './plan-boot-config.ts';
import { createUnkeptChanges, isKept, withUnkept } from './unkept-changes.ts';

export interface BootConfig {
  /** The values that are set, by variable. @throws BootConfigReadError */
  read(): Promise<BootVariables>;
  /**
   * What `write` would change now.
   *
   * @param target the variables of boot configuration that a target has
   * @throws BootConfigReadError nothing of it can be read
   */
  plan(target: BootVariables): Promise<BootConfigPlan>;
  /**
   * Sets what differs, and reads it back. Nothing is written when nothing differs. A variable that does not read back, or
   * a place that fails, costs the others nothing: they are written, and count for the reboot.
   *
   * @returns what changed, and what failed
   * @throws BootConfigReadError, BootConfigWriteError nothing changed
   */
  write(target: BootVariables): Promise<BootConfigResult>;
  /** Does what the device needs after each boot before the configuration has an effect. @throws BootConfigWriteError */
  start(): Promise<void>;
}

export interface BootConfigResult extends BootConfigPlan {
  /** Why some places were not read or written; another attempt may succeed. */
  readonly failures: readonly (BootConfigReadError | BootConfigWriteError)[];
}

export interface BootConfigOptions extends BootPlaces {
  readonly device: DeviceKind;
  /** File that remembers what targets have set, e.g. `/data/boot-config.json`. */
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
  const unkept = createUnkeptChanges();
  const turns = createSemaphore(1);
  const isOwn = (backend: BootBackend, variable: string): boolean => ownerOf(backends, variable) === backend;

  /** Reads each place; one that fails does not hide the others. */
  async function readPlaces(): Promise<Places> {
    const places: Places = { backends: [], current: {}, defaults: {}, failures: [] };
    for (const backend of backends) {
      try {
        const [current, defaults] = [await backend.read(), await backend.defaults()];
        Object.assign(
          places.current,
          pick(current, (variable) => isOwn(backend, variable)),
        );
        Object.assign(places.defaults, defaults);
        places.backends.push(backend);
      } catch (error) {
        places.failures.push(new BootConfigReadError(backend.name, error));
      }
    }
    return places;
  }

  async function read(): Promise<BootVariables> {
    const { current, failures } = await readPlaces();
    for (const failure of failures) throw failure;
    return current;
  }

  async function plan(target: BootVariables): Promise<{ readonly places: Places; readonly planned: BootConfigPlan }> {
    const places = await readPlaces();
    const [failure] = places.failures;
    if (failure !== undefined && places.backends.length === 0) throw failure;
    const isReadable = (variable: string): boolean => {
      const owner = ownerOf(backends, variable);
      return owner === undefined || places.backends.includes(owner);
    };
    const planned = planBootConfig({
      ...places,
      target: pick(target, isReadable),
      managed: new Set([...(await recall())].filter(isReadable)),
    });
    return { places, planned: unkept.withoutKnown(planned, places.backends) };
  }

  async function write(target: BootVariables): Promise<BootConfigResult> {
    const { places, planned } = await plan(target);
    const names = Object.keys(target).filter((variable) => ownerOf(backends, variable) !== undefined);
    // Before the files: what a power cut leaves in them can still be removed later.
    const remembered = new Set([...(await recall()), ...names]);
    await remember(remembered);
    const desired = withChanges(places.current, planned.changes);
    const failures: BootConfigResult['failures'][number][] = [...places.failures];
    for (const backend of places.backends) {
      const isChanged = planned.changes.some(({ variable }) => isOwn(backend, variable));
      if (!isChanged) continue;
      try {
        await backend.write(pick(desired, (variable) => isOwn(backend, variable)));
      } catch (error) {
        failures.push(new BootConfigWriteError(backend.name, error));
      }
    }
    const result = planned.changes.length === 0 ? planned : await verify(planned, failures);
    const [failure] = failures;
    if (failure !== undefined && result.changes.length === 0) throw failure;
    if (failure === undefined) await remember(new Set(names));
    return { ...result, failures };
  }

  /** The part of a plan that was written. */
  async function verify(planned: BootConfigPlan, failures: BootConfigResult['failures']): Promise<BootConfigPlan> {
    const after = await readPlaces();
    const failed = new Set([...failures, ...after.failures].map(({ details }) => details.backend));
    const done = planned.changes.filter((change) => {
      const owner = ownerOf(backends, change.variable);
      return owner !== undefined && after.backends.includes(owner) && isKept(change, owner, after);
    });
    const lost = planned.changes.filter(
      (change) => !done.includes(change) && !failed.has(ownerOf(backends, change.variable)?.name ?? ''),
    );
    unkept.add(lost, after.current);
    return withUnkept({ ...planned, changes: [...done, ...lost] }, lost, backends);
  }

  const recall = (): Promise<ReadonlySet<string>> =>
    attempt(memory.read(), (error) => new BootConfigReadError('memory', error));

  const remember = (variables: ReadonlySet<string>): Promise<void> =>
    attempt(memory.write(variables), (error) => new BootConfigWriteError('memory', error));

  return {
    read: () => turns.run(read),
    plan: (target) => turns.run(async () => (await plan(target)).planned),
    write: (target) => turns.run(() => write(target)),
    start: () =>
      turns.run(async () => {
        for (const backend of backends) {
          await attempt(backend.start(), (error) => new BootConfigWriteError(backend.name, error));
        }
      }),
  };
}

interface Places {
  /** Those that were read. */
  readonly backends: BootBackend[];
  readonly current: Record<string, string>;
  readonly defaults: Record<string, string>;
  readonly failures: BootConfigReadError[];
}

async function attempt<Value>(work: Promise<Value>, wrap: (error: unknown) => Error): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw wrap(error);
  }
}
