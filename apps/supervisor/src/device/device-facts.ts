import type { DeviceFacts } from '@device-supervisor/compose';
import type { DeviceIdentity } from '@device-supervisor/config-json';
import type { HostDescription } from '@device-supervisor/host-facts';
import { CONTRACT_VERSION } from '../version.ts';

/** Facts about the device that the host's files do not hold. */
export interface KnownFacts extends Pick<DeviceFacts, 'apiEndpoint' | 'apiPort' | 'allowsHostPaths'> {
  /** As it is now: the registration with a cloud may change it. */
  readonly identity: () => DeviceIdentity;
  /** `null`: the host's name is the device's. */
  readonly name: string | null;
  readonly engineEndpoint: string;
}

/** Where the engine is on a device, whatever the way that we reach it by. */
const ENGINE_SOCKET_ON_DEVICE = '/var/run/balena-engine.sock';

/** The facts about the device that services can read. */
export function deviceFacts(
  host: HostDescription,
  { name, identity, engineEndpoint, ...known }: KnownFacts,
): DeviceFacts {
  const { os, arch, deviceType, kernelVersion, l4tVersion, hasKernelModules, hasFirmware } = host;
  return {
    ...known,
    get uuid() {
      return identity().uuid;
    },
    // The key is for a cloud: services of a device without one get none.
    get deviceApiKey() {
      return known.apiEndpoint === null ? '' : identity().deviceApiKey;
    },
    name: name ?? host.hostName,
    arch,
    type: deviceType,
    hostOsVersion: os.prettyName ?? '',
    hostOs: {
      ...(os.id === null ? {} : { slug: os.id }),
      ...(os.version === null ? {} : { version: os.version }),
    },
    kernelVersion,
    l4tVersion,
    supervisorVersion: CONTRACT_VERSION,
    hostBoardRevision: os.boardRevision ?? '',
    hasKernelModules,
    hasFirmware,
    engineSocket: engineEndpoint.startsWith('unix://')
      ? engineEndpoint.slice('unix://'.length)
      : ENGINE_SOCKET_ON_DEVICE,
  };
}
