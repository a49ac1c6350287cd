import { dirname } from 'node:path';
import { recordOf } from './engine-paths.ts';
import { readMachineRecord, writeMachineRecord, type MachineRecord } from './machine-record.ts';
import { listProcesses } from './processes.ts';

/**
 * Hands the record of a stopped engine to the running private engines that were started after it. Their own records
 * describe the machine with that engine running, which is no longer the state to restore.
 *
 * @param links interfaces that the stopped engine had
 */
export async function bequeathRecord(record: MachineRecord, links: ReadonlySet<string>): Promise<void> {
  for (const { commandLine } of await listProcesses()) {
    const configuration = commandLine[commandLine.indexOf('--config-file') + 1];
    if (commandLine[0] !== 'dockerd' || configuration === undefined) continue;
    const file = recordOf(dirname(configuration));
    const heir = await readMachineRecord(file);
    if (heir === undefined || heir.identity !== record.identity || !heir.links.some((link) => links.has(link)))
      continue;
    const left = heir.links.filter((link) => !links.has(link));
    await writeMachineRecord(file, { ...heir, links: left, firewall: record.firewall, forwarding: record.forwarding });
  }
}
