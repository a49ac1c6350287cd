import * as z from 'zod';

/*
 * The parts of a compose file that concern the machine on which the project is read: what is built, and what comes from
 * this machine's files and environment. Everything else is decoded as a target state.
 */

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be text, a number, true or false');
const KeyValues = z.union(
  [z.array(z.union([z.string(), z.number()]).transform(String)), z.record(z.string(), Scalar)],
  'must be a list of KEY=value or a map',
);
export type KeyValues = z.infer<typeof KeyValues>;

const Flag = z.union([z.boolean(), z.stringbool()], 'must be true or false');
const TextOrList = z.union(
  [z.string().transform((text) => [text]), z.array(z.string())],
  'must be a text or a list of texts',
);

const BuildSecret = z.union(
  [
    z.string().transform((source) => ({ source, target: source })),
    z
      .looseObject({ source: z.string(), target: z.string().nullish() })
      .transform(({ source, target, ...rest }) => ({ ...rest, source, target: target ?? source })),
  ],
  'must be the name of a secret, or a map with source',
);

const BuildMap = z.looseObject({
  context: z.string().nullish(),
  dockerfile: z.string().nullish(),
  dockerfile_inline: z.string().nullish(),
  args: KeyValues.nullish(),
  labels: KeyValues.nullish(),
  tags: z.array(z.string()).nullish(),
  target: z.string().nullish(),
  network: z.string().nullish(),
  cache_from: TextOrList.nullish(),
  no_cache: Flag.nullish(),
  pull: Flag.nullish(),
  secrets: z.array(BuildSecret).nullish(),
  additional_contexts: KeyValues.nullish(),
  'x-busybox': Flag.nullish(),
});
export type BuildInput = z.infer<typeof BuildMap>;

/** Fields of `build` that are carried out. */
export const BUILD_FIELDS: ReadonlySet<string> = new Set(Object.keys(BuildMap.shape));

const BuildField = z.union(
  [z.string().transform((context): BuildInput => ({ context })), BuildMap],
  'must be a path, or a map with context',
);

const EnvFileMap = z.looseObject({
  path: z.string(),
  required: Flag.default(true),
  format: z.literal('raw', 'must be raw').optional(),
});
const EnvFile = z.union(
  [z.string().transform((path): z.infer<typeof EnvFileMap> => ({ path, required: true })), EnvFileMap],
  'must be a path, or a map with path, required and format',
);
const EnvFiles = z.union([EnvFile.transform((file) => [file]), z.array(EnvFile)], 'must be a path or a list of paths');

const WatchAction = z.enum(
  ['sync', 'rebuild', 'restart', 'sync+restart', 'sync+exec'],
  'must be sync, rebuild, restart, sync+restart or sync+exec',
);
/** Fields of a watch rule that are carried out. */
export const WATCH_FIELDS: ReadonlySet<string> = new Set([
  'action',
  'path',
  'target',
  'ignore',
  'include',
  'initial_sync',
  'exec',
]);

const WatchExec = z.looseObject({
  command: z.union([z.string(), z.array(z.string())], 'must be a command'),
  user: z.string().nullish(),
  privileged: Flag.nullish(),
  working_dir: z.string().nullish(),
  environment: KeyValues.nullish(),
});
export type WatchExecInput = z.infer<typeof WatchExec>;

const Develop = z.looseObject({
  watch: z
    .array(
      z.looseObject({
        action: WatchAction,
        path: z.string(),
        target: z.string().nullish(),
        ignore: TextOrList.nullish(),
        include: TextOrList.nullish(),
        initial_sync: Flag.nullish(),
        exec: WatchExec.nullish(),
      }),
    )
    .nullish(),
});

export type DevelopInput = z.infer<typeof Develop>;

const DependencyInput = z.looseObject({ required: Flag.nullish(), condition: z.string().nullish() }).nullish();

export const ServiceInput = z.looseObject({
  image: z.string().min(1, 'must not be empty').nullish(),
  build: BuildField.nullish(),
  environment: KeyValues.nullish(),
  env_file: EnvFiles.nullish(),
  labels: KeyValues.nullish(),
  label_file: TextOrList.nullish(),
  profiles: z.array(z.string(), 'must be a list of names').nullish(),
  develop: Develop.nullish(),
  depends_on: z
    .union(
      [z.array(z.string()), z.record(z.string(), DependencyInput)],
      'must be a list of services, or a map of service to condition',
    )
    .nullish(),
});
export type ServiceInput = z.infer<typeof ServiceInput>;

const FileInput = z.looseObject({
  file: z.string().nullish(),
  environment: z.string().nullish(),
  content: z.string().nullish(),
  external: z.union([Flag, z.looseObject({})]).nullish(),
});
export type FileInput = z.infer<typeof FileInput>;

const Components = z.record(z.string(), z.unknown(), 'must be a map').nullish();
const Files = z.record(z.string(), FileInput, 'must be a map of names to file, environment or content').nullish();

export const ComposeInput = z.looseObject(
  {
    name: z.union([z.string(), z.number()]).transform(String).nullish(),
    services: z.record(z.string(), ServiceInput, 'is missing, or not a map of services'),
    networks: Components,
    volumes: Components,
    configs: Files,
    secrets: Files,
    models: Components,
  },
  'must be a map with services',
);
export type ComposeInput = z.infer<typeof ComposeInput>;
