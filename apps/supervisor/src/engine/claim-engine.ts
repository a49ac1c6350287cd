import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '@device-supervisor/device';
import type { Engine } from '@device-supervisor/engine';
import { SupervisorError } from '@device-supervisor/errors';
import { StoreInUseError, takeExclusiveUse } from '@device-supervisor/store';
import type { Logger } from '../log/create-logger.ts';

/** Another supervisor of this host keeps the same engine. Two of them would undo each other's work. */
export class EngineInUseError extends SupervisorError<'ENGINE_IN_USE', { readonly endpoint: string }> {
  constructor(endpoint: string, cause: unknown) {
    super('ENGINE_IN_USE', `the engine at ${endpoint} is in use by another supervisor`, {
      details: { endpoint },
      hint: 'Stop the other supervisor, or name another engine in DOCKER_HOST',
      cause,
    });
  }
}

export interface EngineClaimOptions {
  readonly engine: Pick<Engine, 'info'>;
  readonly endpoint: string;
  /** Directory in the host's memory that every supervisor of the host sees. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Another supervisor turned out to have the engine after it was unreachable at start. */
  readonly onLost: (error: unknown) => void;
}

/** Milliseconds between two attempts to learn which engine it is. */
const RETRY_DELAY = 5_000;
/** Milliseconds for which the start waits for an engine that accepts connections and stays silent. */
const PATIENCE = 2_000;

/**
 * Makes this the only supervisor of an engine on this host, by its id: one engine may have several sockets. An engine that
 * does not answer now is claimed when it does. The claim ends with the process, however it ends.
 *
 * @throws EngineInUseError
 */
export async function claimEngine(options: EngineClaimOptions): Promise<Disposable> {
  const { engine, endpoint, directory, clock, onLost } = options;
  const log = options.log.component('engine');
  const resources = new DisposableStack();

  /** @returns whether the engine answered */
  async function attempt(): Promise<boolean> {
    const [info] = await Promise.allSettled([engine.info()]);
    if (info.status === 'rejected') return false;
    const { id, version, operatingSystem } = info.value;
    if (resources.disposed) return true;
    log.info(`Engine ${version} at ${endpoint} (${operatingSystem})`);
    if (id === '') return true;
    try {
      resources.use(takeExclusiveUse(join(directory, `engine-${hash('sha256', id).slice(0, 16)}`)));
    } catch (error) {
      if (error instanceof StoreInUseError) throw new EngineInUseError(endpoint, error);
      // Locks that cannot be kept there are reported when they are needed, and do not stop the apps.
      log.warn(`This supervisor cannot make sure that it is the only one of its engine: ${String(error)}`);
    }
    return true;
  }

  async function attemptUntilAnswered(): Promise<void> {
    do await wait(RETRY_DELAY);
    while (!resources.disposed && !(await attempt()));
  }

  const wait = (delay: number): Promise<void> =>
    new Promise((resolve) => {
      resources.use(clock.schedule(delay, resolve));
    });

  const first = attempt();
  const answered = await Promise.race([first, wait(PATIENCE).then(() => false)]);
  if (!answered) {
    log.warn(`The engine at ${endpoint} does not answer yet; it is asked again every ${RETRY_DELAY / 1000} s`);
    first
      .then(async (late) => {
        if (!late) await attemptUntilAnswered();
      })
      .catch(onLost);
  }
  return resources;
}
