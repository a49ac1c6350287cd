import { SupervisorError } from '@device-supervisor/errors';
import type * as z from 'zod';

/** One fault of a target state. */
export interface TargetStateIssue {
  /** Where, e.g. `local.apps.1.services.2.image`; `''`: the document itself. */
  readonly path: string;
  readonly message: string;
}

/** A document is not a target state; nothing of it was applied. */
export class TargetStateError extends SupervisorError<'TARGET_STATE_INVALID', { issues: readonly TargetStateIssue[] }> {
  constructor(issues: readonly TargetStateIssue[]) {
    const faults = issues
      .slice(0, MAX_ISSUES_SHOWN)
      .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    const more = issues.length > MAX_ISSUES_SHOWN ? ` (and ${issues.length - MAX_ISSUES_SHOWN} more)` : '';
    super('TARGET_STATE_INVALID', `invalid target state: ${faults.join('; ')}${more}`, { details: { issues } });
  }

  /** @param prefix path of the value that was parsed */
  static fromZod(error: z.ZodError, prefix: readonly PropertyKey[] = []): TargetStateError {
    return new TargetStateError(error.issues.map((issue) => flatten(issue, prefix)));
  }
}

/** A wholly wrong document has thousands. */
const MAX_ISSUES_SHOWN = 5;

function flatten(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): TargetStateIssue {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_key') {
    const reason = issue.issues.map(({ message }) => message).join('; ');
    return { path: formatPath(path), message: `this name ${reason}` };
  }
  return { path: formatPath(path), message: expectation(issue) };
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined && issue.message.includes('undefined'))
      return `is missing (expected ${issue.expected})`;
    return issue.message.startsWith('Invalid input: ') ? issue.message.slice('Invalid input: '.length) : issue.message;
  }
  return issue.message;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
