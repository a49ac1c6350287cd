import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  openConfigJson,
  type ConfigJson,
  type ConfigJsonFile,
  type DecodedConfigJson,
} from '@device-supervisor/config-json';
import { formatError } from '@device-supervisor/errors';
import type { SupervisorConfig } from '../config.ts';
import type { Logger } from '../log/create-logger.ts';
import { BootPartitionMissingError, UnusableConfigError } from './errors.ts';
import { keepIdentity, type KeptIdentity } from './keep-identity.ts';

/** Whether a cloud decides what the device runs. */
export type DeviceMode =
  | { readonly kind: 'managed'; readonly endpoint: string; readonly reason: string }
  /** In local mode, with an API that asks for no key. */
  | { readonly kind: 'unmanaged'; readonly reason: string };

export interface OpenedIdentity {
  readonly configJson: ConfigJsonFile;
  readonly identity: KeptIdentity;
  /** config.json as it was at start. */
  readonly settings: ConfigJson;
  readonly mode: DeviceMode;
}

export interface OpenIdentityOptions {
  readonly config: Pick<SupervisorConfig, 'controlsHost' | 'bootMount' | 'configJsonPath' | 'databasePath'>;
  readonly log: Logger;
  /** Told each secret of config.json. */
  readonly hide: (secret: string) => void;
}

/**
 * Finds out which device this is. Nothing is made up for a device: where config.json is missing, damaged or unusable, the
 * last good copy beside the database stands in for it, or the start fails. On a machine that is no device
 * (`controlsHost: false`) a missing file is made.
 *
 * @throws BootPartitionMissingError, UnusableConfigError, and what `ConfigJsonFile.ensureIdentity` throws
 */
export async function openIdentity({ config, log, hide }: OpenIdentityOptions): Promise<OpenedIdentity> {
  const { controlsHost, bootMount, configJsonPath, databasePath } = config;
  if (controlsHost) await requireFiles(bootMount);
  const configJson = openConfigJson({
    path: configJsonPath,
    mustExist: controlsHost,
    ...(controlsHost
      ? {
          lastGood: {
            path: join(dirname(databasePath), 'config.json.last-good'),
            onRestored: (problem) =>
              log.error(`${formatError(problem)}. The last good content is in its place again`, { code: problem.code }),
            onFault: (error) => log.error(`config.json: ${formatError(error)}`),
          },
        }
      : {}),
  });
  // First, so that no identity is made up in a file whose values cannot be used.
  const mode = decideMode(configJsonPath, await configJson.read());
  const identity = await keepIdentity(configJson, hide);
  const { config: settings, problems } = await configJson.read();
  for (const { key, message } of problems) log.warn(`config.json: ${key} ${message}, and is ignored`);
  return { configJson, identity, settings, mode };
}

async function requireFiles(bootMount: string): Promise<void> {
  const [entries] = await Promise.allSettled([readdir(bootMount)]);
  if (entries.status === 'rejected') throw new BootPartitionMissingError(bootMount, entries.reason);
  if (entries.value.length === 0) throw new BootPartitionMissingError(bootMount);
}

function decideMode(path: string, { config: { apiEndpoint }, problems }: DecodedConfigJson): DeviceMode {
  const unusable = problems.find(({ key }) => key === 'apiEndpoint');
  if (unusable !== undefined) throw new UnusableConfigError(path, unusable.key, unusable.message);
  return apiEndpoint === undefined
    ? { kind: 'unmanaged', reason: `${path} was read and has no apiEndpoint` }
    : { kind: 'managed', endpoint: apiEndpoint, reason: `apiEndpoint in ${path}` };
}
