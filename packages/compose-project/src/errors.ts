import { SupervisorError } from '@device-supervisor/errors';
import type { Place } from './yaml/tree.ts';

/** One fault of a project. */
export interface ProjectIssue {
  /** Absolute path of the file that holds it. */
  readonly file: string;
  /** Absent: the file as a whole. */
  readonly position?: Pick<Place, 'line' | 'column'> | undefined;
  /** Compose path, e.g. `services.web.ports.0`; `''`: the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A project cannot be used as it is written; `details.issues` has every fault that was found. */
export class ProjectError extends SupervisorError<'PROJECT_INVALID', { readonly issues: readonly ProjectIssue[] }> {
  constructor(issues: readonly ProjectIssue[], options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    const shown = issues.slice(0, MAX_ISSUES_SHOWN).map(formatIssue);
    const more = issues.length > MAX_ISSUES_SHOWN ? [`and ${issues.length - MAX_ISSUES_SHOWN} more`] : [];
    super('PROJECT_INVALID', [...shown, ...more].join('\n'), { details: { issues }, ...options });
  }
}

const MAX_ISSUES_SHOWN = 50;

/** There is no compose file and no Dockerfile where the project should be. */
export class ProjectNotFoundError extends SupervisorError<'PROJECT_NOT_FOUND', { readonly path: string }> {
  constructor(message: string, options: { readonly path: string; readonly hint: string; readonly cause?: unknown }) {
    const { path, hint, cause } = options;
    super('PROJECT_NOT_FOUND', message, { details: { path }, hint, cause });
  }
}

/** `file:line:column: path: message`, the form that editors and terminals turn into links. */
export function formatIssue({ file, position, path, message }: ProjectIssue): string {
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}

/** Collects the faults of a project, so that one run reports all of them. */
export class IssueCollector {
  readonly #issues: ProjectIssue[] = [];

  add(place: Place, path: readonly PropertyKey[], message: string): void {
    const { file, line, column } = place;
    this.#issues.push({ file, position: { line, column }, path: path.map(String).join('.'), message });
  }

  addAll(issues: readonly ProjectIssue[]): void {
    this.#issues.push(...issues);
  }

  /** @throws ProjectError when there are faults, those of one file in its order */
  throwIfAny(): void {
    if (this.#issues.length === 0) return;
    const files = [...new Set(this.#issues.map(({ file }) => file))];
    throw new ProjectError(
      this.#issues.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || inFile(a, b)),
    );
  }
}

function inFile({ position: a }: ProjectIssue, { position: b }: ProjectIssue): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}
