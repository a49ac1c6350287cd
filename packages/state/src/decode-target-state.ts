import * as z from 'zod';
import { FileComposition, NetworkComposition, ServiceComposition, VolumeComposition } from './composition.ts';
import { ComponentName, Environment, KeyName, Labels, NumericId } from './names.ts';
import { TargetStateError } from './target-state-error.ts';
import { AppClass, type TargetApp, type TargetService, type TargetState } from './target-state.ts';

/**
 * Decodes target state v3, as the cloud sends it: an object keyed by device uuid.
 *
 * @throws TargetStateError naming the path of every fault
 */
export function decodeTargetStateV3(document: unknown, deviceUuid: string): TargetState {
  const parsed = z.looseObject({ [deviceUuid]: DeviceV3 }).safeParse(document);
  if (!parsed.success) throw TargetStateError.fromZod(parsed.error);
  const device = parsed.data[deviceUuid];
  if (device === undefined) throw new TargetStateError([{ path: deviceUuid, message: 'is missing' }]);
  return device;
}

/**
 * Decodes target state v2, as the local mode API takes it: `{"local": {…}}`.
 *
 * @throws TargetStateError naming the path of every fault
 */
export function decodeTargetStateV2(document: unknown): TargetState {
  const parsed = z.looseObject({ local: DeviceV2 }).safeParse(document);
  if (!parsed.success) throw TargetStateError.fromZod(parsed.error);
  return parsed.data.local;
}

/** Newer prefixes win over older ones, any prefix over none. */
const CONFIG_PREFIXES = ['', 'RESIN_', 'BALENA_'];

const Config = z.record(KeyName, z.string('must be a string')).transform((config) => {
  const stripped: Record<string, string> = {};
  for (const prefix of CONFIG_PREFIXES) {
    for (const [name, value] of Object.entries(config)) {
      if (prefixOf(name) === prefix) stripped[name.slice(prefix.length)] = value;
    }
  }
  return stripped;
});

const DeviceName = z.string().regex(/^[^\r\n]*$/, 'must not contain a line break');
const Networks = z.record(ComponentName, NetworkComposition).nullish().transform(orEmpty);
const Volumes = z.record(ComponentName, VolumeComposition).nullish().transform(orEmpty);

const Files = z.record(ComponentName, FileComposition).nullish();

const ServiceV3 = z.object({
  id: NumericId,
  image_id: NumericId,
  image: z.string().min(1, 'must not be empty'),
  environment: Environment,
  labels: Labels,
  running: z.boolean().default(true),
  contract: z.record(z.string(), z.unknown()).nullish(),
  composition: ServiceComposition.optional(),
});

const ReleaseV3 = z.object({
  id: NumericId,
  services: z.record(ComponentName, ServiceV3),
  networks: Networks,
  volumes: Volumes,
  configs: Files,
  secrets: Files,
});

const AppV3 = z.object({
  id: NumericId,
  name: z.string(),
  class: AppClass.default('fleet'),
  is_host: z.boolean().default(false),
  parent_app: z.string().nullish(),
  releases: z
    .record(KeyName, ReleaseV3)
    .default({})
    .refine((releases) => Object.keys(releases).length <= 1, 'must hold at most one release'),
});

const DeviceV3 = z
  .object({
    name: DeviceName.optional(),
    config: Config.default({}),
    apps: z.record(KeyName, AppV3),
  })
  .transform(({ name, config, apps }): TargetState => ({
    ...(name === undefined ? {} : { name }),
    config,
    apps: Object.fromEntries(Object.entries(apps).map(([uuid, app]) => [uuid, appFromV3(uuid, app)])),
  }));

function appFromV3(uuid: string, app: z.infer<typeof AppV3>): TargetApp {
  const [entry] = Object.entries(app.releases);
  return {
    id: app.id,
    uuid,
    name: app.name,
    class: app.class,
    isHost: app.is_host,
    ...(app.parent_app == null ? {} : { parentApp: app.parent_app }),
    release: entry === undefined ? null : releaseFromV3(...entry),
  };
}

function releaseFromV3(commit: string, release: z.infer<typeof ReleaseV3>): TargetApp['release'] {
  const services = Object.entries(release.services).map(([name, service]): [string, TargetService] => [
    name,
    {
      id: service.id,
      name,
      imageId: service.image_id,
      image: service.image,
      environment: service.environment,
      labels: service.labels,
      running: service.running,
      ...(service.contract == null ? {} : { contract: service.contract }),
      composition: service.composition ?? {},
    },
  ]);
  return {
    id: release.id,
    commit,
    services: Object.fromEntries(services),
    networks: release.networks,
    volumes: release.volumes,
    ...filesOf(release),
  };
}

/** Keys of a service that are the format's own; all others are its compose keys. */
const ServiceV2 = z
  .looseObject({
    imageId: NumericId,
    serviceName: ComponentName,
    serviceId: NumericId.optional(),
    image: z.string().min(1, 'must not be empty'),
    running: z.boolean().default(true),
    environment: Environment.default({}),
    labels: Labels.default({}),
    contract: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform(
    (
      { imageId, serviceName, serviceId: _serviceId, image, running, environment, labels, contract, ...rest },
      context,
    ) => {
      const composition = ServiceComposition.safeParse(rest);
      if (!composition.success) {
        for (const { path, message } of composition.error.issues) context.addIssue({ code: 'custom', path, message });
        return z.NEVER;
      }
      return { imageId, serviceName, image, running, environment, labels, contract, composition: composition.data };
    },
  );

const AppV2 = z
  .object({
    name: z.string(),
    commit: z.string().min(1, 'must not be empty').nullish(),
    releaseId: NumericId.nullish(),
    services: z.record(z.string().regex(/^\d+$/, 'must be a number'), ServiceV2).default({}),
    volumes: Volumes,
    networks: Networks,
    configs: Files,
    secrets: Files,
  })
  .superRefine(({ services }, context) => {
    const ids = new Map<string, string>();
    for (const [id, { serviceName }] of Object.entries(services)) {
      const other = ids.get(serviceName);
      if (other !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['services', id, 'serviceName'],
          message: `${serviceName} is the name of service ${other} too`,
        });
      }
      ids.set(serviceName, id);
    }
  });

const DeviceV2 = z
  .object(
    {
      name: DeviceName.nullish(),
      config: Config.default({}),
      apps: z.record(
        z.string().regex(/^\d+$/, 'must be a number'),
        AppV2,
        'is missing or not an object; to remove every app, send {"local":{"apps":{}}}',
      ),
    },
    'is missing or not an object; to remove every app, send {"local":{"apps":{}}}',
  )
  .transform(({ name, config, apps }): TargetState => ({
    ...(name == null ? {} : { name }),
    config,
    // In this format an app has no uuid; its id serves as one.
    apps: Object.fromEntries(Object.entries(apps).map(([id, app]) => [String(Number(id)), appFromV2(id, app)])),
  }));

function appFromV2(id: string, app: z.infer<typeof AppV2>): TargetApp {
  return {
    id: Number(id),
    uuid: String(Number(id)),
    name: app.name,
    class: 'fleet',
    isHost: false,
    release: app.commit == null ? null : releaseFromV2(app.commit, app),
  };
}

function releaseFromV2(commit: string, app: z.infer<typeof AppV2>): TargetApp['release'] {
  const services = Object.entries(app.services).map(
    ([id, { serviceName, contract, ...service }]): [string, TargetService] => [
      serviceName,
      { id: Number(id), name: serviceName, ...service, ...(contract == null ? {} : { contract }) },
    ],
  );
  return {
    id: app.releaseId ?? 0,
    commit,
    services: Object.fromEntries(services),
    networks: app.networks,
    volumes: app.volumes,
    ...filesOf(app),
  };
}

type FileMap = Record<string, FileComposition>;

function filesOf({ configs, secrets }: { configs?: FileMap | null | undefined; secrets?: FileMap | null | undefined }) {
  return { ...(configs == null ? {} : { configs }), ...(secrets == null ? {} : { secrets }) };
}

function prefixOf(name: string): string {
  return name.startsWith('BALENA_') ? 'BALENA_' : name.startsWith('RESIN_') ? 'RESIN_' : '';
}

function orEmpty<T>(value: Record<string, T> | null | undefined): Record<string, T> {
  return value ?? {};
}
