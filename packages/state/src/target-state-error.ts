import { SupervisorError } from '@device-supervisor/errors';
import type * as z from 'zod';

/** One fault of a target state. */
export interface TargetStateIssue {
  /** Where, e.g. `local.apps.1.services.2.image`; `''`: the document itself. */
  readonly path: string;
  readonly message: string;
}

export interface TargetStateErrorDetails {
  /** The first ones. */
  readonly issues: readonly TargetStateIssue[];
  /** How many faults there are in all. */
  readonly total: number;
}

/** A document is not a target state; nothing of it was applied. */
export class TargetStateError extends SupervisorError<'TARGET_STATE_INVALID', TargetStateErrorDetails> {
  /** @param total how many faults there are, where not all are listed */
  constructor(issues: readonly TargetStateIssue[], total: number = issues.length) {
    super('TARGET_STATE_INVALID', `invalid target state: ${describeIssues(issues, total)}`, {
      details: { issues: issues.slice(0, MOST_LISTED), total },
    });
  }
}

const MOST_SHOWN = 5;
const MOST_LISTED = 100;
/** Characters; a key of the document may be as long as the document. */
const LONGEST_PATH_PART = 100;

/** The first faults in one line. */
export function describeIssues(issues: readonly TargetStateIssue[], total: number = issues.length): string {
  const faults = issues
    .slice(0, MOST_SHOWN)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = total > MOST_SHOWN ? ` (and ${total - MOST_SHOWN} more)` : '';
  return `${faults.join('; ')}${more}`;
}

/** The first faults. @param prefix path of the value that was parsed */
export function issuesOf(error: z.ZodError, prefix: readonly PropertyKey[] = []): TargetStateIssue[] {
  return error.issues.slice(0, MOST_LISTED).map((issue) => flatten(issue, prefix));
}

export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => {
      const text = String(part).toWellFormed().replaceAll('\0', '\uFFFD');
      return text.length > LONGEST_PATH_PART ? `${text.slice(0, LONGEST_PATH_PART)}…` : text;
    })
    .join('.');
}

function flatten(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): TargetStateIssue {
  const path = formatPath([...prefix, ...issue.path]);
  if (issue.code === 'invalid_key') {
    return { path, message: `this name ${issue.issues.map(({ message }) => message).join('; ')}` };
  }
  return { path, message: expectation(issue) };
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined && issue.message.includes('undefined'))
      return `is missing (expected ${issue.expected})`;
    return issue.message.startsWith('Invalid input: ') ? issue.message.slice('Invalid input: '.length) : issue.message;
  }
  return issue.message;
}
