export { actOnService, restartApp, type ActOptions, type ServiceAction } from './act.ts';
export { DEFAULT_PORT, parseAddress } from './address.ts';
export { show, type DeviceContext } from './context.ts';
export { FileError, UsageError } from './errors.ts';
export { EXIT, exitCodeOf } from './exit-codes.ts';
export { findApp, findAppOf } from './find-service.ts';
export { httpFetch, type FetchOptions } from './http-fetch.ts';
export { reportConnection } from './report-connection.ts';
export { runProgram, watchOutput, type ProgramOptions, type ProgramStreams } from './run-program.ts';
