import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** The VPN between the device and its cloud. */
export interface VpnState {
  /** Whether the host shall keep it up. */
  readonly enabled: boolean;
  /** Whether it is up. */
  readonly connected: boolean;
}

export interface VpnSources {
  /** Directory in which the host keeps a file `active` while connected, such as `/mnt/root/run/openvpn/vpn_status`. */
  readonly statusPath: string;
  /** The host's service manager knows. */
  readonly isEnabled: () => Promise<boolean>;
}

/** Rejects as `isEnabled` does. */
export async function readVpnState({ statusPath, isEnabled }: VpnSources): Promise<VpnState> {
  const [enabled, connected] = await Promise.all([isEnabled(), isThere(join(statusPath, 'active'))]);
  return { enabled, connected };
}

async function isThere(path: string): Promise<boolean> {
  const [result] = await Promise.allSettled([access(path)]);
  return result.status === 'fulfilled';
}
