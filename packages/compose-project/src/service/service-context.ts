import type { ProjectIssue } from '../errors.ts';
import type { BuildDevice } from '../project.ts';
import type { Lookup } from '../variables/interpolate.ts';

/** The context in which a service is read. */
export interface ServiceContext {
  /** Absolute; the context of a build that names none. */
  readonly directory: string;
  readonly lookup: Lookup;
  /** `null`: Dockerfile templates cannot be filled in. */
  readonly device: BuildDevice | null;
  readonly projectName: string;
  fault(path: readonly PropertyKey[], message: string): void;
  /** Takes faults of another file. */
  faults(issues: readonly ProjectIssue[]): void;
  /** See `Remarks.add`. */
  remark(sentence: string, item?: string): void;
  /** Records which items of a list do not reach the target: from then on paths count without them. */
  leftOut(list: readonly PropertyKey[], indexes: readonly number[]): void;
}
