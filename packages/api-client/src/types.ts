import type { components } from './generated/openapi.ts';

type Schemas = components['schemas'];

export type AppState = Schemas['AppState'];
export type Blocked = Schemas['Blocked'];
export type DeviceEvent = Schemas['Event'];
export type DeviceIdentity = Schemas['DeviceIdentity'];
export type DeviceState = Schemas['DeviceState'];
export type HealthDetail = Schemas['HealthDetail'];
export type HealthProblem = Schemas['HealthProblem'];
export type HostConfig = Schemas['HostConfig'];
export type HostConfigPatch = Schemas['HostConfigPatch'];
export type Lock = Schemas['Lock'];
export type LogLine = Schemas['LogLine'];
export type Notice = Schemas['Notice'];
export type Operation = Schemas['Operation'];
export type Plan = Schemas['Plan'];
export type ServiceState = Schemas['ServiceState'];
export type TargetStateV2 = Schemas['TargetStateV2'];
export type TargetStateV3 = Schemas['TargetStateV3'];
export type UsageSample = Schemas['UsageSample'];
