import type { Actions } from './update.ts';

/** The actions of a service for changed files. */
export interface ServiceRules {
  /** Absolute paths that are watched. */
  readonly roots: readonly string[];
  /** Sentences that describe the rules, for the beginning of a session. */
  readonly description: readonly string[];
  /** Paths to copy once at the beginning (`initial_sync`). */
  readonly initial: readonly string[];
  /** @param path absolute path of a changed, new or removed file or folder */
  actionsFor(path: string): Actions;
  /** Whether nothing in a folder concerns the service, so that it need not be watched. */
  ignoresFolder(path: string): boolean;
}
