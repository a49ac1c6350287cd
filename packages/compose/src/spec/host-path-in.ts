import type { VolumeComposition } from '@device-supervisor/state';
import { cleanPath } from './clean-path.ts';
import { toMap } from './list-or-map.ts';

/**
 * The path of the host that a volume of the driver `local` mounts by its options, which are those of mount(8); `null`: none.
 * Devices below `/dev`, file systems in memory and those of the network are not paths of the host.
 */
export function hostPathIn({ driver = 'local', driver_opts: driverOpts }: VolumeComposition): string | null {
  if (driver !== 'local') return null;
  const { type = '', device = '', o = '' } = toMap(driverOpts);
  const options = o.split(',').map((option) => option.trim());
  // An overlay names its directories among the options.
  const named = options.find((option) => /^[a-z]*dir=/.test(option));
  if (named !== undefined) return named;
  const binds = options.some((option) => /^r?bind$/.test(option)) || ['none', 'bind'].includes(type);
  const isPath = device.startsWith('/') && !/^\/dev\/./.test(cleanPath(device));
  return binds || (isPath && !NETWORK_TYPES.test(type)) ? device || o || type : null;
}

const NETWORK_TYPES = /^(?:nfs4?|cifs|smb3|ceph|glusterfs|9p)$/;
