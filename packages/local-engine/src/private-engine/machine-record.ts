import { parseJson } from '@device-supervisor/primitives';
import { hasErrorCode } from '@device-supervisor/errors';
import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { MachineNetwork } from './machine-network.ts';

/** The machine's network as it was before an engine started: what to go back to when the engine stops. */
export interface MachineRecord {
  readonly version: 1;
  /** {@link MachineNetwork.identity}: the record is worthless after a reboot, or in another network namespace. */
  readonly identity: string;
  readonly links: readonly string[];
  readonly forwarding: string;
  readonly firewall: { readonly ipv4: string; readonly ipv6: string };
}

export const MachineRecord: z.ZodType<MachineRecord> = z.strictObject({
  version: z.literal(1),
  identity: z.string(),
  links: z.array(z.string()),
  forwarding: z.string(),
  firewall: z.strictObject({ ipv4: z.string(), ipv6: z.string() }),
});

export async function recordMachine(network: MachineNetwork): Promise<MachineRecord> {
  const links = await network.links();
  return {
    version: 1,
    identity: await network.identity(),
    links: links.map(({ name }) => name),
    forwarding: await network.forwarding(),
    firewall: { ipv4: await network.firewall('ipv4'), ipv6: await network.firewall('ipv6') },
  };
}

export async function writeMachineRecord(file: string, record: MachineRecord): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** `undefined`: the file is missing, or has another format. */
export async function readMachineRecord(file: string): Promise<MachineRecord | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return MachineRecord.parse(parseJson(text));
  } catch {
    return undefined;
  }
}
