import type { NetworkComposition, TargetApp } from '@device-supervisor/state';
import type { NetworkConfig } from '../container-config.ts';
import { readAddress, readSubnet } from './addresses.ts';
import { SUPERVISOR_GATEWAY } from './feature-labels.ts';
import { FindingCollector, type Findings } from './findings.ts';
import { toMap } from './list-or-map.ts';
import { externalName, LABELS, networkName, SUPERVISOR_NETWORK } from './names.ts';
import { BELONGS_TO_OTHERS, EXTERNAL_APPLIED, NAMED_BY_US, unknownFields } from './note-unapplied.ts';

/** A network as the engine shall have it. */
export interface NetworkSpec {
  /** Name on the engine. */
  readonly name: string;
  /** It is created and removed elsewhere, and used with any configuration. */
  readonly external: boolean;
  readonly config: NetworkConfig;
  readonly findings: Findings;
}

const SUPERVISOR_SUBNET = '10.114.104.0/25';
const BRIDGE_NAME = 'com.docker.network.bridge.name';

/**
 * The network on which services reach the supervisor; shared by all apps. It has no labels: the field's other supervisor
 * refuses one with labels, and runs on this one after a way back.
 */
export const SUPERVISOR_NETWORK_SPEC: NetworkSpec = {
  name: SUPERVISOR_NETWORK,
  external: false,
  config: {
    driver: 'bridge',
    driverOpts: { [BRIDGE_NAME]: SUPERVISOR_NETWORK },
    enableIpv6: false,
    internal: false,
    configOnly: false,
    labels: {},
    ipam: {
      driver: 'default',
      config: [{ subnet: SUPERVISOR_SUBNET, gateway: SUPERVISOR_GATEWAY, ipRange: '', auxAddresses: {} }],
      options: {},
    },
  },
  findings: { notices: [], problems: [] },
};

/** Whether a network is the one of `SUPERVISOR_NETWORK_SPEC`, perhaps changed: by its name, and its addresses or bridge. */
export function isSupervisorNetwork(name: string, { driverOpts, ipam }: NetworkConfig): boolean {
  const isOurs =
    driverOpts[BRIDGE_NAME] === SUPERVISOR_NETWORK || ipam.config.some(({ subnet }) => subnet === SUPERVISOR_SUBNET);
  return name === SUPERVISOR_NETWORK && isOurs;
}

const APPLIED_OF_IPAM = new Set(['driver', 'config', 'options']);
const APPLIED_OF_POOL = new Set(['subnet', 'gateway', 'ip_range', 'aux_addresses']);
const APPLIED = ['driver', 'driver_opts', 'enable_ipv6', 'internal', 'config_only', 'labels', 'ipam', 'external'];

/** Reads one of an app's networks. */
export function specifyNetwork(name: string, composition: NetworkComposition, app: TargetApp): NetworkSpec {
  const findings = new FindingCollector();
  const external = externalName(name, composition) !== null;
  for (const field of unknownFields(composition, new Set(external ? EXTERNAL_APPLIED : APPLIED))) {
    const reason = external ? BELONGS_TO_OTHERS : field === 'name' ? NAMED_BY_US : 'is not supported and has no effect';
    findings.notice(`networks.${name}.${field}`, reason);
  }
  const pools = (composition.ipam?.config ?? []).map((pool, index) => {
    const field = `networks.${name}.ipam.config[${index}]`;
    for (const unknown of unknownFields(pool, APPLIED_OF_POOL)) {
      findings.notice(`${field}.${unknown}`, 'is not supported and has no effect');
    }
    const address = (part: string, text: string = ''): string =>
      findings.read(`${field}.${part}`, '', () => readAddress(text));
    return {
      subnet: findings.read(`${field}.subnet`, '', () => readSubnet(pool.subnet ?? '')),
      gateway: address('gateway', pool.gateway),
      ipRange: findings.read(`${field}.ip_range`, '', () => readSubnet(pool.ip_range ?? '')),
      auxAddresses: Object.fromEntries(
        Object.entries(pool.aux_addresses ?? {}).map(([host, text]) => [host, address(`aux_addresses.${host}`, text)]),
      ),
    };
  });
  for (const unknown of unknownFields(composition.ipam ?? {}, APPLIED_OF_IPAM)) {
    findings.notice(`networks.${name}.ipam.${unknown}`, 'is not supported and has no effect');
  }
  return {
    name: networkName(app, name, composition),
    external,
    findings,
    config: {
      driver: composition.driver ?? 'bridge',
      driverOpts: toMap(composition.driver_opts),
      enableIpv6: composition.enable_ipv6 ?? false,
      internal: composition.internal ?? false,
      configOnly: composition.config_only ?? false,
      labels: {
        ...toMap(composition.labels),
        [LABELS.supervised]: 'true',
        [LABELS.appId]: String(app.id),
        ...(pools.length > 0 ? { [LABELS.userIpam]: 'true' } : {}),
      },
      ipam: { driver: composition.ipam?.driver ?? 'default', config: pools, options: toMap(composition.ipam?.options) },
    },
  };
}
