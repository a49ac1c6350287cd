import type {
  AcquireLocks,
  Operation,
  ReleaseLocks,
  RemoveContainer,
  RenameContainer,
  StopContainer,
} from '../operation.ts';
import type { LockLease } from '@device-supervisor/update-locks';
import type { ExecutePorts, PullProgress } from './ports.ts';

export interface PerformContext {
  readonly ports: ExecutePorts;
  /** The leases that are ours now, by app id. */
  readonly leases: ReadonlyMap<number, LockLease>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
}

/**
 * Makes the one call that an operation stands for.
 *
 * @returns whether that was done; if not, the engine cannot do it at this moment, and nothing has changed
 */
export async function performOperation(
  operation: Exclude<Operation, AcquireLocks | ReleaseLocks>,
  context: PerformContext,
): Promise<boolean> {
  if (operation.kind === 'rename-container') {
    const { containerId, name } = operation;
    const result = await context.ports.engine.renameContainer(containerId, name, proofFor(operation, context.leases));
    return result === 'renamed';
  }
  await perform(operation, context);
  return true;
}

async function perform(
  operation: Exclude<Operation, AcquireLocks | ReleaseLocks | RenameContainer>,
  { ports: { engine, images, locks }, leases, signal, onProgress }: PerformContext,
): Promise<void> {
  switch (operation.kind) {
    case 'pull-image':
      return await engine.pullImage(operation.reference, {
        signal,
        onProgress,
        ...(operation.deltaSource === null ? {} : { deltaSource: operation.deltaSource }),
      });
    case 'save-image':
      return await images.save(operation.record);
    case 'remove-image':
      return await engine.removeImage(operation.reference);
    case 'forget-image':
      return await images.forget(operation.reference, operation.appId);
    case 'create-network':
      return await engine.createNetwork(operation.name, operation.config);
    case 'remove-network':
      return await engine.removeNetwork(operation.networkId);
    case 'create-volume':
      return await engine.createVolume(operation.name, operation.config);
    case 'remove-volume':
      return await engine.removeVolume(operation.name);
    case 'create-container':
      return await engine.createContainer(operation);
    case 'put-files':
      return await engine.putFiles(operation.container, operation.files);
    case 'connect-network':
      return await engine.connectNetwork(operation.container, operation.network, operation.endpoint);
    case 'start-container':
      return await engine.startContainer(operation.container);
    case 'stop-container':
      return await engine.stopContainer(operation.containerId, proofFor(operation, leases), operation.timeout);
    case 'remove-container':
      return await engine.removeContainer(operation.containerId, proofFor(operation, leases));
    case 'update-container':
      return await engine.updateContainer(operation.containerId, operation.config);
    case 'clear-hand-over':
      return await locks.clearHandOver(operation.appId, operation.service);
  }
}

/** The lease that allows to touch the service's container, looked at just now. */
function proofFor(
  { appId, service }: StopContainer | RemoveContainer | RenameContainer,
  leases: ReadonlyMap<number, LockLease>,
): LockLease {
  const lease = leases.get(appId);
  if (lease === undefined) throw new RangeError(`no update locks are held for app ${appId}`);
  lease.assertHeld(service);
  return lease;
}
