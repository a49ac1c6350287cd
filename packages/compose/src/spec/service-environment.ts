import type { TargetApp, TargetService } from '@device-supervisor/state';
import type { DeviceFacts } from './device-facts.ts';
import { both, type Features } from './feature-labels.ts';
import { toMap } from './list-or-map.ts';

/** Where a service finds its directory of update locks. */
export const LOCK_DIRECTORIES_IN_CONTAINER = ['/tmp/balena', '/tmp/resin'] as const;

/** The variables that tell a name which may change without the service being changed. */
const UNCOMPARED = new Set([
  'BALENA_APP_NAME',
  'RESIN_APP_NAME',
  'BALENA_DEVICE_NAME_AT_INIT',
  'RESIN_DEVICE_NAME_AT_INIT',
]);

/** Do containers that differ in this variable alone count as equal? */
export function isCompared(variable: string): boolean {
  return !UNCOMPARED.has(variable);
}

/** All variables of a service: ours give way to the compose file's, those to the target's; features overwrite all. */
export function serviceEnvironment(
  service: TargetService,
  { app, device, features }: { app: TargetApp; device: DeviceFacts; features: Features },
): Record<string, string> {
  return {
    ...features.defaults,
    ...both({
      APP_ID: String(app.id),
      APP_UUID: app.uuid,
      APP_NAME: app.name,
      SERVICE_NAME: service.name,
      DEVICE_UUID: device.uuid,
      DEVICE_TYPE: device.type,
      DEVICE_ARCH: device.arch,
      HOST_OS_VERSION: device.hostOsVersion,
      APP_LOCK_PATH: '/tmp/balena/updates.lock',
      DEVICE_NAME_AT_INIT: device.name,
    }),
    BALENA: '1',
    RESIN: '1',
    USER: 'root',
    BALENA_SERVICE_HANDOVER_COMPLETE_PATH: '/tmp/balena/handover-complete',
    RESIN_SERVICE_KILL_ME_PATH: '/tmp/balena/handover-complete',
    ...toMap(service.composition.environment),
    ...service.environment,
    ...features.environment,
  };
}
