import * as z from 'zod';

/*
 * Those parts of a compose file that are the business of whoever runs it here: what is built, and what comes from this
 * machine's files and environment. All else goes to the supervisor as it stands, and is checked as a target state.
 */

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be text, a number, true or false');
const KeyValues = z.union([z.array(z.string()), z.record(z.string(), Scalar)], 'must be a list of KEY=value or a map');
export type KeyValues = z.infer<typeof KeyValues>;

const Flag = z.union([z.boolean(), z.stringbool()], 'must be true or false');

const BuildInput = z.looseObject({
  context: z.string().default('.'),
  dockerfile: z.string().nullish(),
  dockerfile_inline: z.string().nullish(),
  args: KeyValues.nullish(),
  labels: KeyValues.nullish(),
  target: z.string().nullish(),
  network: z.string().nullish(),
  no_cache: Flag.nullish(),
  pull: Flag.nullish(),
  'x-busybox': Flag.nullish(),
});
export type BuildInput = z.infer<typeof BuildInput>;

const EnvironmentFile = z.union(
  [
    z.string().transform((path) => ({ path, required: true })),
    z.looseObject({ path: z.string(), required: Flag.default(true) }),
  ],
  'must be a path, or a map with path and required',
);
const EnvironmentFiles = z.union(
  [z.string().transform((path) => [{ path, required: true }]), z.array(EnvironmentFile)],
  'must be a path or a list of paths',
);

export const ServiceInput = z.looseObject({
  image: z.string().min(1, 'must not be empty').nullish(),
  build: z
    .union(
      [z.string().transform((context): BuildInput => ({ context })), BuildInput],
      'must be a path, or a map with context',
    )
    .nullish(),
  environment: KeyValues.nullish(),
  env_file: EnvironmentFiles.nullish(),
  labels: KeyValues.nullish(),
  profiles: z.array(z.string(), 'must be a list of names').nullish(),
  extends: z.undefined('is not supported: write the fields out, or use an anchor and a merge key').optional(),
});
export type ServiceInput = z.infer<typeof ServiceInput>;

const Components = z.record(z.string(), z.unknown(), 'must be a map').nullish();

export const ComposeInput = z.looseObject(
  {
    services: z.record(z.string(), ServiceInput, 'is missing, or not a map of services'),
    networks: Components,
    volumes: Components,
    include: z.undefined('is not supported: put the services into one file').optional(),
  },
  'must be a map with services',
);

/** Top-level keys that have a meaning, or no effect that anybody would miss. */
export const KNOWN_KEYS: ReadonlySet<string> = new Set(['services', 'networks', 'volumes', 'version', 'name']);

/** Keys of `build` that are carried out. */
export const BUILD_KEYS: ReadonlySet<string> = new Set(Object.keys(BuildInput.shape));
