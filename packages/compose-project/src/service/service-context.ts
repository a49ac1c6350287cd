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
  /** Takes one sentence for the project's remarks. */
  remark(sentence: string): void;
}
