export { SupervisorError, type SupervisorErrorOptions } from './supervisor-error.ts';
export { describeError, formatError, type ErrorDescription } from './describe-error.ts';
export { createRedactor, REDACTED } from './redact.ts';
