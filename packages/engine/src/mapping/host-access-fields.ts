import { cleanPath } from '@device-supervisor/compose';
import { inHost, type FieldMappings } from './field-mapping.ts';
import { unlessChosen } from './requested-container.ts';

/** The access of a container to the host and its kernel. */
export const HOST_ACCESS_FIELDS: FieldMappings<
  | 'privileged'
  | 'capAdd'
  | 'capDrop'
  | 'securityOpt'
  | 'devices'
  | 'deviceCgroupRules'
  | 'deviceRequests'
  | 'ipc'
  | 'pid'
  | 'uts'
  | 'usernsMode'
  | 'cgroupParent'
  | 'cgroupNamespace'
  | 'runtime'
  | 'sysctls'
  | 'annotations'
> = {
  privileged: inHost('Privileged', ({ host }) => host.Privileged),
  capAdd: inHost('CapAdd', ({ host }) => readCapabilities(host.CapAdd)),
  capDrop: inHost('CapDrop', ({ host }) => readCapabilities(host.CapDrop)),
  // On a host with SELinux the engine adds the labels by itself.
  securityOpt: inHost('SecurityOpt', ({ host }) =>
    host.SecurityOpt.filter((option) => !/^label[=:]/.test(option)).sort(),
  ),
  devices: {
    write: (devices) => ({
      host: {
        Devices: devices.map(({ hostPath, containerPath, permissions }) => ({
          PathOnHost: hostPath,
          PathInContainer: containerPath,
          CgroupPermissions: permissions,
        })),
      },
    }),
    read: ({ host }) =>
      host.Devices.map(({ PathOnHost, PathInContainer, CgroupPermissions }) => ({
        hostPath: cleanPath(PathOnHost),
        containerPath: cleanPath(PathInContainer),
        permissions: CgroupPermissions,
      })).sort((a, b) => (a.containerPath < b.containerPath ? -1 : 1)),
  },
  deviceCgroupRules: inHost('DeviceCgroupRules', ({ host }) => host.DeviceCgroupRules.toSorted()),
  deviceRequests: {
    write: (requests) => ({
      host: {
        DeviceRequests: requests.map(({ driver, count, deviceIds, capabilities, options }) => ({
          Driver: driver,
          Count: count,
          DeviceIDs: deviceIds,
          Capabilities: capabilities,
          Options: options,
        })),
      },
    }),
    read: ({ host }) =>
      host.DeviceRequests.map(({ Driver, Count, DeviceIDs, Capabilities, Options }) => ({
        driver: Driver,
        count: Count,
        deviceIds: DeviceIDs,
        capabilities: Capabilities,
        options: Options,
      })),
  },
  ipc: inHost('IpcMode', ({ host }) => host.IpcMode),
  pid: inHost('PidMode', ({ host }) => host.PidMode),
  uts: inHost('UTSMode', ({ host }) => host.UTSMode),
  usernsMode: inHost('UsernsMode', ({ host }) => host.UsernsMode),
  cgroupParent: inHost('CgroupParent', ({ host }) => host.CgroupParent),
  // The default is the host's with version 1 of control groups, and private with version 2.
  cgroupNamespace: inHost('CgroupnsMode', (source) =>
    unlessChosen(source, 'cgroupNamespace', { value: source.host.CgroupnsMode, unset: '', known: ['host', 'private'] }),
  ),
  runtime: inHost('Runtime', (source) =>
    unlessChosen(source, 'runtime', { value: source.host.Runtime, unset: '', known: ['runc'] }),
  ),
  sysctls: inHost('Sysctls', ({ host }) => host.Sysctls),
  annotations: inHost('Annotations', ({ host }) => host.Annotations),
};

/** Engines accept both spellings, and newer ones answer with the prefix. */
function readCapabilities(names: readonly string[]): string[] {
  return names.map((name) => name.toUpperCase().replace(/^CAP_/, '')).sort();
}
