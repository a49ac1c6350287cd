import { lookupLocalNames } from '@device-supervisor/cloud';
import type { ConfigJson } from '@device-supervisor/config-json';
import type { HostDescription } from '@device-supervisor/host-facts';
import type { SupervisorConfig } from '../config.ts';
import { osVariant } from '../host/os-variant.ts';
import { CONTRACT_VERSION } from '../version.ts';

/** How requests to the cloud's servers are made. */
export interface CloudAccess {
  readonly userAgent: string;
  /** PEM of the authorities that are trusted besides the usual ones. */
  readonly rootCertificate?: string;
  /** Resolves names that end in `.local`, too. */
  readonly lookup: typeof lookupLocalNames;
}

export function cloudAccess(
  settings: ConfigJson,
  description: Pick<HostDescription, 'os'>,
  { rootCertificate }: Pick<SupervisorConfig, 'rootCertificate'>,
): CloudAccess {
  const { balenaRootCA } = settings;
  const authorities = [
    ...(balenaRootCA === undefined ? [] : [Buffer.from(balenaRootCA, 'base64').toString('utf8')]),
    ...(rootCertificate === null ? [] : [rootCertificate]),
  ];
  return {
    // The cloud recognises development devices by the variant.
    userAgent: `Supervisor/${CONTRACT_VERSION} (Linux; ${description.os.prettyName ?? 'unknown'}; ${osVariant(description, settings)})`,
    lookup: lookupLocalNames,
    ...(authorities.length === 0 ? {} : { rootCertificate: authorities.join('\n') }),
  };
}
