import * as z from 'zod';
import type {
  IpamPool,
  NetworkConfig,
  ObservedNetwork,
  ObservedVolume,
  VolumeConfig,
} from '@device-supervisor/compose';
import {
  isSupervisorNetwork,
  isTruthy,
  LABELS,
  parseNumericId,
  SUPERVISOR_NETWORK,
  withCurrentLabels,
} from '@device-supervisor/compose';
import type { NetworkEntry, VolumeEntry } from '../wire/engine-wire.ts';
import { readRequested, withoutRequested, writeRequested } from './requested-label.ts';
import { readAppId } from './identity.ts';

const DEFAULT_DRIVER = 'bridge';

/** Requested properties of a network that the engine's answer does not show. */
const RequestedNetwork = z.object({
  /** Of a network that only holds configuration: the engine shows none. */
  driver: z.string().optional(),
  /** In their order; the engine adds pools and gateways of its own. */
  pools: z.array(z.object({ subnet: z.string(), gateway: z.string() })).optional(),
});

/** The body of `POST /networks/create`. */
export function writeNetwork(name: string, config: NetworkConfig): object {
  const { driver, ipam, configOnly } = config;
  const requested: z.input<typeof RequestedNetwork> = {
    ...(configOnly && driver !== DEFAULT_DRIVER ? { driver } : {}),
    ...(ipam.config.length === 0 ? {} : { pools: ipam.config.map(({ subnet, gateway }) => ({ subnet, gateway })) }),
  };
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: driver,
    EnableIPv6: config.enableIpv6,
    Internal: config.internal,
    ConfigOnly: configOnly,
    Options: config.driverOpts,
    // The one that all apps share has no labels at all; the engine shows all that was asked for.
    Labels: isSupervisorNetwork(name, config) ? config.labels : { ...config.labels, ...writeRequested(requested) },
    IPAM: { Driver: ipam.driver, Options: ipam.options, Config: ipam.config.map(writePool) },
  };
}

/** A network in canonical form. */
export function readNetwork(entry: NetworkEntry): ObservedNetwork {
  const labels = withCurrentLabels(entry.Labels);
  const config = readNetworkConfig(entry);
  return {
    id: entry.Id,
    name: entry.Name,
    supervised: isTruthy(labels[LABELS.supervised]) || isSupervisorNetwork(entry.Name, config),
    appId: readAppId(labels) ?? appIdInName(entry),
    config,
    subnets: (entry.IPAM?.Config ?? []).map(({ Subnet }) => Subnet).filter((subnet) => subnet !== ''),
  };
}

/** The configuration of a network in canonical form. */
export function readNetworkConfig(entry: NetworkEntry): NetworkConfig {
  const requested = readRequested(entry.Labels, RequestedNetwork);
  // Known without labels; those that it has do not make it another one.
  const isShared = entry.Name === SUPERVISOR_NETWORK;
  const hasOwnPools = isShared || isTruthy(withCurrentLabels(entry.Labels)[LABELS.userIpam]);
  const pools = (entry.IPAM?.Config ?? []).map((pool) => ({
    subnet: pool.Subnet,
    gateway: pool.Gateway,
    ipRange: pool.IPRange,
    auxAddresses: pool.AuxiliaryAddresses,
  }));
  return {
    driver: entry.ConfigOnly ? (requested?.driver ?? DEFAULT_DRIVER) : entry.Driver,
    driverOpts: entry.Options,
    enableIpv6: entry.EnableIPv6,
    internal: entry.Internal,
    configOnly: entry.ConfigOnly,
    labels: isShared ? {} : withoutRequested(entry.Labels),
    ipam: {
      driver: entry.IPAM?.Driver ?? 'default',
      config: hasOwnPools ? onlyRequested(pools, requested?.pools) : [],
      options: entry.IPAM?.Options ?? {},
    },
  };
}

/** The body of `POST /volumes/create`. */
export function writeVolume(name: string, { driver, driverOpts, labels }: VolumeConfig): object {
  return { Name: name, Driver: driver, DriverOpts: driverOpts, Labels: labels };
}

/** A volume in canonical form. */
export function readVolume({ Name, Driver, Options, Labels }: VolumeEntry): ObservedVolume {
  const labels = withCurrentLabels(Labels);
  return {
    name: Name,
    supervised: isTruthy(labels[LABELS.supervised]),
    appUuid: labels[LABELS.appUuid] ?? null,
    config: { driver: Driver, driverOpts: Options, labels: Labels },
  };
}

function onlyRequested(
  pools: readonly IpamPool[],
  requested: readonly Pick<IpamPool, 'subnet' | 'gateway'>[] | undefined,
): readonly IpamPool[] {
  if (requested === undefined) return pools;
  return requested.flatMap(({ subnet, gateway }) => {
    const pool = pools.find((one) => one.subnet === subnet);
    if (pool === undefined) return [];
    return [gateway === '' ? { ...pool, gateway: '' } : pool];
  });
}

function writePool({ subnet, gateway, ipRange, auxAddresses }: IpamPool): object {
  return {
    ...(subnet === '' ? {} : { Subnet: subnet }),
    ...(gateway === '' ? {} : { Gateway: gateway }),
    ...(ipRange === '' ? {} : { IPRange: ipRange }),
    ...(Object.keys(auxAddresses).length === 0 ? {} : { AuxiliaryAddresses: auxAddresses }),
  };
}

/** Networks of older agents carry no app id as a label, and are called `<app id>_<name>`. */
function appIdInName({ Name, Labels }: NetworkEntry): number | null {
  if (!isTruthy(withCurrentLabels(Labels)[LABELS.supervised])) return null;
  const end = Name.indexOf('_');
  return end < 0 ? null : parseNumericId(Name.slice(0, end));
}
