import * as z from 'zod';
import { appConflicts } from './app-conflicts.ts';
import { ServiceComposition } from './composition.ts';
import { Config } from './config.ts';
import { documentFaults } from './document-faults.ts';
import { Commit, Environment, Labels, NumericId, NumericIdKey, ServiceName } from './identifiers.ts';
import { ImageReference } from './image-reference.ts';
import { ContractField, Files, filesOf, Networks, Volumes } from './release-parts.ts';
import { issuesOf, TargetStateError } from './target-state-error.ts';
import { DeviceName, type TargetApp, type TargetService, type TargetState } from './target-state.ts';

/**
 * Decodes target state v2, as the local mode API takes it: `{"local": {…}}`.
 *
 * @throws TargetStateError naming the path of every fault
 */
export function decodeTargetStateV2(document: unknown): TargetState {
  const unfit = documentFaults(document);
  if (unfit.length > 0) throw new TargetStateError(unfit);
  const parsed = z.looseObject({ local: DeviceV2 }).safeParse(document);
  if (!parsed.success) throw new TargetStateError(issuesOf(parsed.error), parsed.error.issues.length);
  const target = parsed.data.local;
  const conflicts = appConflicts(target.apps);
  if (conflicts.length > 0) {
    throw new TargetStateError(conflicts.map(({ apps, message }) => ({ path: `local.apps.${apps[1]}`, message })));
  }
  return target;
}

/** Faults of a service that are listed; compose keys may have thousands. */
const MOST_FAULTS_OF_SERVICE = 20;

/** Keys of a service that are the format's own; all others are its compose keys. */
const ServiceFields = z.looseObject({
  imageId: NumericId,
  serviceName: ServiceName,
  serviceId: NumericId.optional(),
  image: ImageReference,
  running: z.boolean().default(true),
  environment: Environment.default({}),
  labels: Labels.default({}),
  contract: ContractField,
});
const ServiceV2 = ServiceFields.transform(
  (
    { imageId, serviceName, serviceId: _serviceId, image, running, environment, labels, contract, ...rest },
    context,
  ) => {
    const composition = ServiceComposition.safeParse(rest);
    if (!composition.success) {
      for (const { path, message } of composition.error.issues.slice(0, MOST_FAULTS_OF_SERVICE))
        context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    }
    return { imageId, serviceName, image, running, environment, labels, contract, composition: composition.data };
  },
);

const AppFields = z.object({
  name: z.string(),
  commit: Commit.nullish(),
  releaseId: NumericId.nullish(),
  services: z.record(NumericIdKey, ServiceV2).default({}),
  volumes: Volumes,
  networks: Networks,
  configs: Files,
  secrets: Files,
});
const AppV2 = AppFields.superRefine(({ services }, context) => {
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

const HOW_TO_REMOVE_ALL = 'is missing or not an object; to remove every app, send {"local":{"apps":{}}}';

const DeviceFields = z.object(
  {
    name: DeviceName.nullish(),
    config: Config.default({}),
    apps: z.record(NumericIdKey, AppV2, HOW_TO_REMOVE_ALL),
  },
  HOW_TO_REMOVE_ALL,
);
const DeviceV2 = DeviceFields.transform(({ name, config, apps }): TargetState => ({
  ...(name == null ? {} : { name }),
  config,
  apps: Object.fromEntries(Object.entries(apps).map(([id, app]) => [id, toTargetApp(id, app)])),
}));

/** The format for documents and editors. To check a target, decode it: that names every fault. */
export function targetStateV2Schema(): z.ZodType {
  const service = z.intersection(ServiceFields, ServiceComposition).meta({ id: 'ServiceV2' });
  const app = AppFields.extend({ services: z.record(NumericIdKey, service) }).meta({ id: 'AppV2' });
  return z
    .looseObject({ local: DeviceFields.extend({ apps: z.record(NumericIdKey, app) }) })
    .meta({ id: 'TargetStateV2', description: 'Apps by their id', examples: [EXAMPLE] });
}

const EXAMPLE = {
  local: {
    name: 'kitchen',
    config: { SUPERVISOR_POLL_INTERVAL: '600000' },
    apps: {
      1: {
        name: 'web',
        commit: 'localcommit',
        releaseId: 1,
        services: {
          1: {
            imageId: 1,
            serviceName: 'main',
            image: 'registry.example.com/web:1.4.0',
            environment: { GREETING: 'hello' },
            labels: {},
            ports: ['80:8080'],
            volumes: ['data:/data'],
          },
        },
        volumes: { data: {} },
        networks: {},
      },
    },
  },
};

/** In this format an app has no uuid; its id serves as one. */
function toTargetApp(id: string, app: z.infer<typeof AppV2>): TargetApp {
  return {
    id: Number(id),
    uuid: id,
    name: app.name,
    class: 'fleet',
    isHost: false,
    release: app.commit == null ? null : toRelease(app.commit, app),
  };
}

function toRelease(commit: string, app: z.infer<typeof AppV2>): TargetApp['release'] {
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
