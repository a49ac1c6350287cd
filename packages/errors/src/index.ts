export { SupervisorError, type SupervisorErrorOptions } from './supervisor-error.ts';
export { describeError, formatError, type ErrorDescription } from './describe-error.ts';
export { errorCodeOf, hasErrorCode } from './error-code.ts';
export { createRedactor, REDACTED } from './redact.ts';
