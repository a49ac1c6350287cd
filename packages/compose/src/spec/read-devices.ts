import type { ServiceComposition } from '@device-supervisor/state';
import type { DeviceMapping, DeviceRequest } from '../container-config.ts';
import { cleanPath } from './clean-path.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { toMap, type ListOrMap } from './list-or-map.ts';

type Device = NonNullable<ServiceComposition['devices']>[number];

/** Device nodes of the host, by their path in the container. */
export function readDevices({ devices = [] }: ServiceComposition, findings: FindingCollector): DeviceMapping[] {
  return findings
    .readEach('devices', devices, (device, field) => {
      const name = typeof device === 'string' ? device : device.source;
      if (!/^[\w.-]+\/[\w.-]+=/.test(name)) return [readDevice(device)];
      findings.notice(field, 'has no effect: devices of the Container Device Interface are not supported');
      return [];
    })
    .sort((a, b) => (a.containerPath < b.containerPath ? -1 : 1));
}

/** Devices from drivers: `gpus`, and devices among the reservations of `deploy`. */
export function readDeviceRequests(
  { gpus = [], deploy }: ServiceComposition,
  findings: FindingCollector,
): DeviceRequest[] {
  const reserved = deploy?.resources?.reservations?.devices ?? [];
  return [
    ...findings.readEach('gpus', gpus === 'all' ? [{}] : gpus, (one) => [
      readRequest({ ...one, capabilities: [...new Set(['gpu', ...(one.capabilities ?? [])])] }),
    ]),
    ...findings.readEach('deploy.resources.reservations.devices', reserved, (one) => [readRequest(one)]),
  ];
}

interface Request {
  readonly driver?: string | undefined;
  readonly count?: number | 'all' | undefined;
  readonly device_ids?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly options?: ListOrMap | undefined;
}

/** Without a number and without names it is all of them. */
function readRequest({ driver = '', count, device_ids: ids, capabilities = [], options }: Request): DeviceRequest {
  if (capabilities.length === 0) throw new FieldError('names no capabilities, e.g. [gpu]');
  if (count !== undefined && ids !== undefined) throw new FieldError('names both a count and device_ids');
  const wanted = count === undefined || count === 'all' ? -1 : count;
  return {
    driver,
    count: ids === undefined ? wanted : 0,
    deviceIds: ids ?? [],
    capabilities: [capabilities],
    options: toMap(options),
  };
}

function readDevice(device: Device): DeviceMapping {
  const { hostPath, containerPath, permissions } = typeof device === 'string' ? splitDevice(device) : named(device);
  const valid = hostPath.startsWith('/') && containerPath.startsWith('/') && /^[rwm]+$/.test(permissions);
  if (!valid) throw notADevice(hostPath);
  return { hostPath: cleanPath(hostPath), containerPath: cleanPath(containerPath), permissions };
}

function named({ source, target = source, permissions = 'rwm' }: Exclude<Device, string>): DeviceMapping {
  return { hostPath: source, containerPath: target, permissions };
}

function splitDevice(device: string): DeviceMapping {
  const [hostPath = '', second, third, ...rest] = device.split(':');
  if (rest.length > 0) throw notADevice(device);
  const permissionsOnly = third === undefined && second !== undefined && /^[rwm]+$/.test(second);
  return {
    hostPath,
    containerPath: second === undefined || permissionsOnly ? hostPath : second,
    permissions: (permissionsOnly ? second : third) ?? 'rwm',
  };
}

function notADevice(device: string): FieldError {
  return new FieldError(`'${device}' is not a device; write e.g. /dev/ttyUSB0 or /dev/ttyUSB0:/dev/serial:rw`);
}
