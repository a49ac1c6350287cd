export type { ApplyOptions, Device, DeviceEvent, DeviceHealth } from './device.ts';
export { systemMessage, type SystemMessage } from './system-messages.ts';
export type { AppState, DeviceState, ImageState, ServiceState } from './device-state.ts';
export { NotInLocalModeError } from './errors.ts';
export { createDevice, type DeviceDependencies } from './create-device.ts';
export type {
  Clock,
  DeviceEngine,
  DeviceLocks,
  DeviceStore,
  EngineEvent,
  LockedApp,
  ObserveRequest,
  TargetSource,
} from './ports.ts';
export { formatDelay } from './backoff.ts';
