import type { Dockerfile, Instruction } from './dockerfile.ts';

/** Part of a Dockerfile that some builders do not know. */
export interface Feature {
  readonly line: number;
  /** E.g. `RUN --mount`. */
  readonly what: string;
}

/** Flags that every builder knows. */
const COMMON_FLAGS: ReadonlySet<string> = new Set([
  'from',
  'chown',
  'platform',
  'interval',
  'timeout',
  'start-period',
  'retries',
]);
/** Flags of the Dockerfile frontend 1.2, the first one that engines of version 20.10 bring along. */
const OLD_FLAGS: ReadonlySet<string> = new Set([...COMMON_FLAGS, 'mount', 'network', 'security', 'chmod']);

/** Parts of a Dockerfile that only BuildKit can build. */
export function buildkitFeatures(file: Dockerfile): readonly Feature[] {
  return featuresBeyond(file, COMMON_FLAGS);
}

/** Parts of a Dockerfile that the frontend of an engine of version 20.10 cannot read. */
export function newFrontendFeatures(file: Dockerfile): readonly Feature[] {
  return featuresBeyond(file, OLD_FLAGS);
}

function featuresBeyond(file: Dockerfile, flags: ReadonlySet<string>): Feature[] {
  return file.stages.flatMap(({ instructions }) =>
    instructions.flatMap((instruction) =>
      namesOf(instruction, flags).map((name) => ({ line: instruction.line, what: `${instruction.keyword} ${name}` })),
    ),
  );
}

function namesOf({ flags, hasHeredoc }: Instruction, known: ReadonlySet<string>): string[] {
  const unknown = new Set(flags.filter(({ name }) => !known.has(name)).map(({ name }) => `--${name}`));
  return [...unknown, ...(hasHeredoc ? ['<<'] : [])];
}
