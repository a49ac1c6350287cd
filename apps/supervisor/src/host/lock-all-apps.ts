import {
  acquireDeviceLocks,
  type Clock,
  type Device,
  type DeviceLockResult,
  type DeviceLocks,
} from '@device-supervisor/device';

export interface LockAllDependencies {
  readonly device: Pick<Device, 'state'>;
  readonly locks: DeviceLocks;
  readonly clock: Clock;
}

/** Takes the update locks of all services that the device runs or is to run: for what disturbs them all. */
export function lockAllApps({
  device,
  locks,
  clock,
}: LockAllDependencies): (request: {
  readonly force: boolean;
  readonly signal: AbortSignal;
}) => Promise<DeviceLockResult> {
  return (request) => {
    const apps = device.state().apps.map(({ id, services }) => ({
      appId: id,
      services: [...new Set(services.map(({ name }) => name))].toSorted(),
    }));
    return acquireDeviceLocks({ locks, clock }, { apps, ...request });
  };
}
