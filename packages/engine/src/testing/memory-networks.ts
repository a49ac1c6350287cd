import {
  compareNetworks,
  isSupervisorNetwork,
  isTruthy,
  LABELS,
  type NetworkConfig,
  type ObservedNetwork,
} from '@device-supervisor/compose';
import { EngineRequestError, NameConflictError, ObjectInUseError } from '../errors.ts';
import { readAppId } from '../mapping/identity.ts';
import { fakeId } from './fake-id.ts';

const PREDEFINED = { bridge: 'bridge', host: 'host', none: 'null' } as const;

const PLAIN_NETWORK: NetworkConfig = {
  driver: 'bridge',
  driverOpts: {},
  enableIpv6: false,
  internal: false,
  configOnly: false,
  labels: {},
  ipam: { driver: 'default', config: [], options: {} },
};

/** Networks, with the three that every engine has. */
export class MemoryNetworks {
  readonly #networks = new Map<string, ObservedNetwork>();
  readonly #hasActiveEndpoints: (network: string) => boolean;

  constructor(hasActiveEndpoints: (network: string) => boolean) {
    this.#hasActiveEndpoints = hasActiveEndpoints;
    for (const [name, driver] of Object.entries(PREDEFINED)) this.#add(name, { ...PLAIN_NETWORK, driver });
  }

  /** @returns its id; `null`: it was there, just like this */
  create(name: string, config: NetworkConfig): string | null {
    const existing = this.find(name);
    if (existing !== undefined) {
      if (compareNetworks(existing.config, config).length > 0) throw new NameConflictError('network', name);
      return null;
    }
    const taken = [...this.#networks.values()].flatMap((network) => network.config.ipam.config);
    if (config.ipam.config.some(({ subnet }) => subnet !== '' && taken.some((pool) => pool.subnet === subnet))) {
      throw new EngineRequestError('POST /networks/create', 403, 'Pool overlaps with other one on this address space');
    }
    return this.#add(name, config);
  }

  /** @returns whether there was one */
  remove(id: string): boolean {
    const network = this.find(id);
    if (network === undefined) return false;
    if (network.name in PREDEFINED) {
      throw new EngineRequestError(
        `DELETE /networks/${id}`,
        403,
        `${network.name} is a pre-defined network and cannot be removed`,
      );
    }
    if (this.#hasActiveEndpoints(network.name)) {
      throw new ObjectInUseError('network', network.name, `network ${network.name} has active endpoints`);
    }
    return this.#networks.delete(network.id);
  }

  /** @param network its id or name */
  find(network: string): ObservedNetwork | undefined {
    return this.#networks.get(network) ?? [...this.#networks.values()].find(({ name }) => name === network);
  }

  observe(): ObservedNetwork[] {
    return [...this.#networks.values()];
  }

  #add(name: string, config: NetworkConfig): string {
    const id = fakeId(`network ${name} ${this.#networks.size}`);
    this.#networks.set(id, {
      id,
      name,
      supervised: isTruthy(config.labels[LABELS.supervised]) || isSupervisorNetwork(name, config),
      appId: readAppId(config.labels),
      config,
    });
    return id;
  }
}
