import { hasErrorCode } from '@device-supervisor/errors';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bequeathRecord } from './bequeath-record.ts';
import type { EnginePaths } from './engine-paths.ts';
import { planRuleRemoval } from './firewall-rules.ts';
import type { MachineNetwork } from './machine-network.ts';
import type { MachineRecord } from './machine-record.ts';

/**
 * Goes back to the interfaces, the firewall and the forwarding of before an engine that no longer runs. Parts
 * that other engines use stay; engines that were started after it get its record, and go back further when they stop.
 */
export async function restoreNetwork(
  record: MachineRecord,
  paths: EnginePaths,
  network: MachineNetwork,
): Promise<void> {
  if ((await network.identity()) !== record.identity) return;
  const names = new Set([paths.bridge, ...(await networkInterfaces(paths.data))]);
  for (const name of record.links) names.delete(name);
  const links = await network.links();
  const own = links.filter(({ name }) => names.has(name));

  let chainsUnused = true;
  for (const family of ['ipv4', 'ipv6'] as const) {
    const removal = planRuleRemoval({
      before: record.firewall[family],
      now: await network.firewall(family),
      bridges: new Set(own.map(({ name }) => name)),
      subnets: own.flatMap(({ addresses }) => addresses),
      otherLinks: new Set(links.map(({ name }) => name).filter((name) => name !== 'lo' && !names.has(name))),
    });
    if (removal.script !== '') await network.changeFirewall(family, removal.script);
    chainsUnused &&= removal.chainsUnused;
  }

  const ports = links.filter(({ master }) => master !== undefined && names.has(master));
  await network.removeLinks([...ports, ...own].map(({ name }) => name));
  if (chainsUnused && record.forwarding === '0' && (await network.forwarding()) === '1') {
    await network.setForwarding('0');
  }
  await bequeathRecord(record, new Set(own.map(({ name }) => name)));
}

/**
 * Names of the interfaces that the engine made for its networks, from its network database, which can be read whether
 * the engine runs or not. Freed pages of the database may hold those of networks that are gone.
 */
async function networkInterfaces(data: string): Promise<readonly string[]> {
  let database: string;
  try {
    database = await readFile(join(data, 'network/files/local-kv.db'), 'latin1');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
  // Bridges of bridge networks; stand-in parents of macvlan and ipvlan networks.
  const names = database.matchAll(/"(?:BridgeName":"([^"]+)|Parent":"(d[mi]-[0-9a-f]{12}))"/g);
  return [...names].flatMap(([, bridge, parent]) => bridge ?? parent ?? []);
}
