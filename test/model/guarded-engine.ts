import type { DeviceEngine } from '@device-supervisor/device';
import type { WriteKind } from '@device-supervisor/engine/testing';
import { createInvariants, type InvariantsOptions } from './invariants.ts';
import type { Saboteur } from './saboteur.ts';

export interface GuardOptions extends InvariantsOptions {
  readonly saboteur: Saboteur;
}

/** Of one run of the supervisor. */
const MOST_OBSERVATIONS = 1000;

/** An engine that fails as the saboteur wants it, and looks at each call whether it may be made at this moment. */
export function guardedEngine({ saboteur, ...subject }: GuardOptions): DeviceEngine {
  const { engine } = subject;
  const invariants = createInvariants(subject);
  const write =
    <Args extends readonly unknown[], Result>(
      kind: WriteKind,
      method: (...args: Args) => Promise<Result>,
      check: (...args: Args) => void = () => undefined,
    ) =>
    async (...args: Args): Promise<Result> => {
      check(...args);
      const result = await saboteur.perform(kind, () => method(...args));
      invariants.afterWrite();
      return result;
    };
  const writes = {
    async pullImage(reference, options) {
      using _download = invariants.beginDownload(reference);
      await saboteur.perform('pullImage', () => engine.pullImage(reference, options));
    },
    removeImage: write('removeImage', engine.removeImage),
    createNetwork: write('createNetwork', engine.createNetwork),
    removeNetwork: write('removeNetwork', engine.removeNetwork, invariants.beforeNetworkRemoval),
    createVolume: write('createVolume', engine.createVolume),
    removeVolume: write('removeVolume', engine.removeVolume, invariants.beforeVolumeRemoval),
    createContainer: write('createContainer', engine.createContainer),
    putFiles: write('putFiles', engine.putFiles),
    connectNetwork: write('connectNetwork', engine.connectNetwork),
    startContainer: write('startContainer', engine.startContainer, invariants.beforeStart),
    stopContainer: write('stopContainer', engine.stopContainer, invariants.beforeTouch),
    removeContainer: write('removeContainer', engine.removeContainer, invariants.beforeTouch),
    renameContainer: write('renameContainer', engine.renameContainer, (id, _name, lease) =>
      invariants.beforeRename(id, lease),
    ),
    updateContainer: write('updateContainer', engine.updateContainer),
  } satisfies Pick<DeviceEngine, WriteKind>;
  let observations = 0;
  return {
    async observe(request) {
      // A device that goes round and round without time passing would never come to an end.
      if (++observations > MOST_OBSERVATIONS)
        throw new RangeError(`more than ${MOST_OBSERVATIONS} looks at the engine`);
      return await saboteur.perform('observe', () => engine.observe(request));
    },
    events: engine.events,
    ...writes,
  };
}
