export { SupervisorError } from './supervisor-error.ts';
export { describeError, formatError } from './describe-error.ts';
export { errorCodeOf, hasErrorCode } from './error-code.ts';
export { createRedactor, REDACTED } from './redact.ts';
