/** One broken rule at one place. */
export interface Violation {
  readonly rule: RuleName;
  /** Relative to the root of the workspace. */
  readonly file: string;
  /** Counted from 1; `null`: the whole file. */
  readonly line: number | null;
  readonly message: string;
}

export type RuleName = (typeof RULES)[number];

export const RULES = [
  'layer',
  'direction',
  'declared-dependency',
  'purity',
  'entry-point',
  'testing-entry-point',
  'leaves-package',
  'references',
  'package-files',
  'index',
  'name',
  'leak',
  'language',
] as const;

/** `file:line rule message`, as editors link it. */
export function formatViolation({ rule, file, line, message }: Violation): string {
  return `${line === null ? file : `${file}:${line}`}  ${rule}  ${message}`;
}
