export { createEngine, type Engine, type EngineInfo, type EngineOptions } from './engine.ts';
export {
  AddressNotAvailableError,
  ContainerRestartingError,
  EngineAnswerError,
  EngineRequestError,
  EngineTimeoutError,
  EngineUnreachableError,
  ImageDamagedError,
  HookFailedError,
  ImageDigestError,
  ImageNotFoundError,
  ImagePullError,
  NameConflictError,
  NoSpaceError,
  NotFoundError,
  ObjectInUseError,
  PortInUseError,
} from './errors.ts';
export type { ContainerLogLine, ContainerLogsOptions } from './logs/container-logs.ts';
export type { ContainerUsage } from './usage/container-usage.ts';
