import { SupervisorError } from '@device-supervisor/errors';

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One fault of a project. */
export interface ProjectIssue {
  readonly file: string;
  readonly position?: Position | undefined;
  /** Compose path, e.g. `services.web.ports`; `''`: the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A project cannot be run as it is written. */
export class ProjectError extends SupervisorError<'PROJECT_INVALID', { readonly issues: readonly ProjectIssue[] }> {
  constructor(issues: readonly ProjectIssue[], options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    const shown = issues.slice(0, MAX_ISSUES_SHOWN).map(formatIssue);
    const more = issues.length > MAX_ISSUES_SHOWN ? [`and ${issues.length - MAX_ISSUES_SHOWN} more`] : [];
    super('PROJECT_INVALID', [...shown, ...more].join('\n'), { details: { issues }, ...options });
  }
}

const MAX_ISSUES_SHOWN = 10;

/** `file:line:column: path: message`, as editors and terminals make links of it. */
export function formatIssue({ file, position, path, message }: ProjectIssue): string {
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
