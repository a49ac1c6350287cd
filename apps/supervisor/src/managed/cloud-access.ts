import { lookupLocalNames } from '@device-supervisor/cloud';
import type { ConfigJson } from '@device-supervisor/config-json';
import type { HostDescription } from '@device-supervisor/host-facts';
import { SUPERVISOR_VERSION } from '../version.ts';

/** How the servers of the cloud are spoken to. */
export interface CloudAccess {
  readonly userAgent: string;
  /** PEM of the cloud's own authority. */
  readonly rootCertificate?: string;
  /** Finds names that end in `.local`, too. */
  readonly lookup: typeof lookupLocalNames;
}

export function cloudAccess({ balenaRootCA }: ConfigJson, { os }: Pick<HostDescription, 'os'>): CloudAccess {
  return {
    userAgent: `Supervisor/${SUPERVISOR_VERSION} (Linux; ${os.prettyName ?? 'unknown'})`,
    lookup: lookupLocalNames,
    ...(balenaRootCA === undefined ? {} : { rootCertificate: Buffer.from(balenaRootCA, 'base64').toString('utf8') }),
  };
}
