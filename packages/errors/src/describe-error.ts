import { errorCodeOf } from './error-code.ts';
import { SupervisorError } from './supervisor-error.ts';

/** A failure as data: what an API answer or a log line shows, without a stack trace. */
export interface ErrorDescription {
  /** Code of a {@link SupervisorError}, the `code` of a Node.js system error, or `UNEXPECTED`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Deeper chains are cut: a log line is read by a person. */
const MAX_CAUSES = 4;

/** Describes anything that was thrown: message of each cause, outermost first, then the first hint found. */
export function describeError(thrown: unknown): ErrorDescription {
  const chain = [...causes(thrown)];
  const message = chain
    .map(messageOf)
    .filter((text, index, all) => text !== '' && !all.slice(0, index).some((outer) => outer.includes(text)))
    .join(': ');
  const hint = chain.find((error) => error instanceof SupervisorError && error.hint !== undefined);
  return {
    code: chain.map(errorCodeOf).find((code) => code !== null) ?? 'UNEXPECTED',
    message: message === '' ? 'unknown failure' : message,
    ...(hint instanceof SupervisorError && hint.hint !== undefined ? { hint: hint.hint } : {}),
  };
}

/** {@link describeError} as one line: `message. Hint.` */
export function formatError(thrown: unknown): string {
  const { message, hint } = describeError(thrown);
  return hint === undefined ? message : `${message}. ${hint}`;
}

function* causes(thrown: unknown): Generator {
  let current = thrown;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined; depth++) {
    yield current;
    current = current instanceof Error ? current.cause : undefined;
  }
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '') {
    return thrown.errors.map(messageOf).join('; ');
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}
