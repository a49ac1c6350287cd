export type { ApplyOptions, Device, DeviceEvent, DeviceHealth } from './device.ts';
export type { AppState, DeviceState, ImageState, ServiceState } from './device-state.ts';
export { NotInLocalModeError } from './errors.ts';
export type { Clock, DeviceEngine, EngineEvent, ObserveRequest } from './ports.ts';
