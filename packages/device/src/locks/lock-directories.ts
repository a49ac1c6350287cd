import type { ContainerEngine } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import type { FaultReporter } from '../loop/fault-reporter.ts';
import type { DeviceLocks } from '../ports.ts';

export interface LockDirectoriesOptions {
  readonly locks: Pick<DeviceLocks, 'prepare'>;
  readonly faults: Pick<FaultReporter, 'report' | 'forget'>;
}

/**
 * Makes the lock directories of all services of a target: they must be there before a container is created or started, and
 * again after the host's `/tmp` was emptied. Nothing else waits for them.
 */
export class LockDirectories implements AsyncDisposable {
  readonly #options: LockDirectoriesOptions;
  #prepared: Promise<void> = Promise.resolve();

  constructor(options: LockDirectoriesOptions) {
    this.#options = options;
  }

  /** Begins to make them. */
  prepare(target: TargetState): void {
    this.#prepared = this.#prepared.then(() => this.#make(target));
  }

  /** The engine, whose containers are created and started when the directories are there. */
  guard<Engine extends Pick<ContainerEngine, 'createContainer' | 'startContainer'>>(engine: Engine): Engine {
    return {
      ...engine,
      createContainer: async (request) => {
        await this.#prepared;
        await engine.createContainer(request);
      },
      startContainer: async (container) => {
        await this.#prepared;
        await engine.startContainer(container);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prepared;
  }

  async #make({ apps }: TargetState): Promise<void> {
    const { locks, faults } = this.#options;
    const results = await Promise.allSettled(
      Object.values(apps).map(({ id, release }) => locks.prepare(id, Object.keys(release?.services ?? {}))),
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure?.status === 'rejected') faults.report(failure.reason, 'lock directories');
    else faults.forget('lock directories');
  }
}
