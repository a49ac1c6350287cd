import {
  compareNetworks,
  type ContainerEngine,
  type NetworkConfig,
  type VolumeConfig,
} from '@device-supervisor/compose';
import { handlerOfSurprises } from '../containers/container-actions.ts';
import { ImageNotFoundError, NameConflictError, NotFoundError } from '../errors.ts';
import { readNetworkConfig, writeNetwork, writeVolume } from '../mapping/network-mapping.ts';
import type { Transport } from '../transport/transport.ts';
import { NetworkEntry } from '../wire/engine-wire.ts';

export type ResourceActions = Pick<
  ContainerEngine,
  'removeImage' | 'createNetwork' | 'removeNetwork' | 'createVolume' | 'removeVolume'
>;

/** Deleting files takes its time on a memory card. */
const SLOW_CALL_FACTOR = 5;

export interface ResourceActionsOptions {
  /** Called with the kind of object that a call was made on, however it ended. */
  readonly touched: (kind: 'images' | 'networks' | 'volumes') => void;
  /** The engine had nothing to do: it is not as the call expected it to be. */
  readonly surprised: () => void;
}

/** The engine's calls on images, networks and volumes, but for pulls. */
export function createResourceActions(
  transport: Transport,
  { touched, surprised }: ResourceActionsOptions,
): ResourceActions {
  const unless = handlerOfSurprises(surprised);
  const slow = transport.callTimeout * SLOW_CALL_FACTOR;
  return {
    removeImage: (reference) => removeImage(reference).finally(() => touched('images')),
    createNetwork: (name, config) => createNetwork(name, config).finally(() => touched('networks')),
    removeNetwork: (id) => removeNetwork(id).finally(() => touched('networks')),
    createVolume: (name, config) => createVolume(name, config).finally(() => touched('volumes')),
    removeVolume: (name) => removeVolume(name).finally(() => touched('volumes')),
  };

  async function removeImage(reference: string): Promise<void> {
    await transport
      .send({ method: 'DELETE', path: `/images/${encodeURIComponent(reference)}`, limit: slow })
      .catch(unless((error) => error instanceof ImageNotFoundError));
  }

  async function createNetwork(name: string, config: NetworkConfig): Promise<void> {
    try {
      await transport.send({ method: 'POST', path: '/networks/create', body: writeNetwork(name, config) });
    } catch (error) {
      if (!(error instanceof NameConflictError) || !(await isThere(name, config))) throw error;
      surprised();
    }
  }

  async function removeNetwork(id: string): Promise<void> {
    await transport.send({ method: 'DELETE', path: pathOfNetwork(id) }).catch(unless(isGone));
  }

  async function createVolume(name: string, config: VolumeConfig): Promise<void> {
    await transport.send({ method: 'POST', path: '/volumes/create', body: writeVolume(name, config) });
  }

  async function removeVolume(name: string): Promise<void> {
    await transport
      .send({ method: 'DELETE', path: `/volumes/${encodeURIComponent(name)}`, limit: slow })
      .catch(unless(isGone));
  }

  /** Is the network that has the name just as it is wanted? Not as far as is known, when the engine does not tell. */
  async function isThere(name: string, config: NetworkConfig): Promise<boolean> {
    const [answer] = await Promise.allSettled([
      transport.request({ method: 'GET', path: pathOfNetwork(name) }, NetworkEntry),
    ]);
    return answer.status === 'fulfilled' && compareNetworks(readNetworkConfig(answer.value), config).length === 0;
  }
}

function pathOfNetwork(network: string): string {
  return `/networks/${encodeURIComponent(network)}`;
}

function isGone(error: unknown): boolean {
  return error instanceof NotFoundError && (error.details.kind === 'network' || error.details.kind === 'volume');
}
