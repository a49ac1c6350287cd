import * as z from 'zod';
import { appConflicts } from './app-conflicts.ts';
import { ServiceComposition } from './composition.ts';
import { withoutPrefix, withoutPrefixes } from './config.ts';
import { documentFaults } from './document-faults.ts';
import { AppUuid, Commit, Environment, KeyName, Labels, NumericId, ServiceName } from './identifiers.ts';
import { ImageReference } from './image-reference.ts';
import { ContractField, Files, filesOf, Networks, Volumes } from './release-parts.ts';
import { issuesOf, TargetStateError, type TargetStateIssue } from './target-state-error.ts';
import {
  AppClass,
  DeviceName,
  unreadPart,
  withUnread,
  type TargetApp,
  type TargetService,
  type TargetState,
  type UnreadPart,
} from './target-state.ts';

/**
 * Decodes target state v3, an object keyed by device uuid.
 *
 * @throws TargetStateError naming the path of every fault
 */
export function decodeTargetStateV3(document: unknown, deviceUuid: string): TargetState {
  const target = decodeCloudTarget(document, deviceUuid);
  if (target.unread !== undefined) throw new TargetStateError(target.unread.flatMap(({ faults }) => faults));
  return target;
}

/**
 * Decodes target state v3 as far as possible: an app, a variable or a name with a fault goes to `unread`, and the others
 * are decoded. `keepLastGood` then fills in their last good values.
 *
 * @throws TargetStateError the document holds no target for the device
 */
export function decodeCloudTarget(document: unknown, deviceUuid: string): TargetState {
  const outline = z.looseObject({ [deviceUuid]: DeviceOutline }).safeParse(document);
  if (!outline.success) throw new TargetStateError(issuesOf(outline.error));
  const device = outline.data[deviceUuid];
  if (device === undefined) throw new TargetStateError([{ path: deviceUuid, message: 'is missing' }]);
  const config = readEntries(device.config, Config, { part: 'config', path: [deviceUuid, 'config'] });
  const apps = readEntries(device.apps, Apps, { part: 'app', path: [deviceUuid, 'apps'] });
  const name = readEntries(device.name === undefined ? {} : { name: device.name }, Name, {
    part: 'name',
    path: [deviceUuid],
  });
  const distinct = withoutConflicts(apps.decoded, [deviceUuid, 'apps']);
  return withUnread({ ...name.decoded, config: withoutPrefixes(config.decoded), apps: distinct.apps }, [
    ...name.unread,
    ...config.unread.map((one) => ({ ...one, key: withoutPrefix(one.key) })),
    ...apps.unread,
    ...distinct.unread,
  ]);
}

/** The format for documents and editors. To check a target, decode it: that names every fault. */
export function targetStateV3Schema(): z.ZodType {
  const app = AppV3.meta({ id: 'AppV3' });
  const device = z.object({ name: DeviceName.optional(), config: Config.optional(), apps: z.record(AppUuid, app) });
  return z.record(z.string(), device).meta({
    id: 'TargetStateV3',
    description: 'Apps by their uuid, below the uuid of the device',
    examples: [EXAMPLE],
  });
}

const EXAMPLE = {
  '0123456789abcdef0123456789abcdef': {
    name: 'kitchen',
    config: { BALENA_SUPERVISOR_POLL_INTERVAL: '600000' },
    apps: {
      fedcba9876543210fedcba9876543210: {
        id: 1,
        name: 'web',
        releases: {
          '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c': {
            id: 1,
            services: {
              main: {
                id: 1,
                image_id: 1,
                image: 'registry.example.com/web:1.4.0',
                environment: { GREETING: 'hello' },
                labels: {},
                composition: { ports: ['80:8080'], volumes: ['data:/data'] },
              },
            },
            volumes: { data: {} },
            networks: {},
          },
        },
      },
    },
  },
};

const DeviceOutline = z.object({
  name: z.unknown().optional(),
  config: z.record(z.string(), z.unknown()).default({}),
  apps: z.record(z.string(), z.unknown()),
});

const ServiceV3 = z.object({
  id: NumericId,
  image_id: NumericId,
  image: ImageReference,
  environment: Environment,
  labels: Labels,
  running: z.boolean().default(true),
  contract: ContractField,
  composition: ServiceComposition.optional(),
});

const ReleaseV3 = z.object({
  id: NumericId,
  services: z.record(ServiceName, ServiceV3).superRefine((services, context) => {
    const names = new Map<number, string>();
    for (const [name, { id }] of Object.entries(services)) {
      const other = names.get(id);
      const message = `${id} is the id of service ${other} too`;
      if (other !== undefined) context.addIssue({ code: 'custom', path: [name, 'id'], message });
      names.set(id, name);
    }
  }),
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
  parent_app: AppUuid.nullish(),
  releases: z
    .record(Commit, ReleaseV3)
    .default({})
    .refine((releases) => Object.keys(releases).length <= 1, 'must hold at most one release'),
});

const Name = z.object({ name: DeviceName });
const Config = z.record(KeyName, z.string('must be a string'));
const Apps = z
  .record(AppUuid, AppV3)
  .transform((apps) => Object.fromEntries(Object.entries(apps).map(([uuid, app]) => [uuid, toTargetApp(uuid, app)])));

/** Decodes the entries of a map one by one, so that a fault costs its entry alone. */
function readEntries<T>(
  entries: Readonly<Record<string, unknown>>,
  schema: z.ZodType<Record<string, T>>,
  { part, path }: { readonly part: UnreadPart['part']; readonly path: readonly string[] },
): { readonly decoded: Record<string, T>; readonly unread: readonly UnreadPart[] } {
  const decoded: [string, T][] = [];
  const unread: UnreadPart[] = [];
  for (const entry of Object.entries(entries)) {
    const document = Object.fromEntries([entry]);
    const unfit = documentFaults(document, path);
    const parsed = unfit.length > 0 ? null : schema.safeParse(document);
    if (parsed?.success === true) decoded.push(...Object.entries(parsed.data));
    else unread.push(unreadPart(part, entry[0], parsed === null ? unfit : issuesOf(parsed.error, path)));
  }
  return { decoded: Object.fromEntries(decoded), unread };
}

/** Of two apps that cannot be told apart neither is taken: which one is meant is not known. */
function withoutConflicts(
  apps: Readonly<Record<string, TargetApp>>,
  path: readonly string[],
): { readonly apps: Record<string, TargetApp>; readonly unread: readonly UnreadPart[] } {
  const faults = new Map<string, TargetStateIssue[]>();
  for (const { apps: pair, message } of appConflicts(apps)) {
    const issue = { path: [...path, pair[1]].join('.'), message };
    for (const uuid of pair) faults.set(uuid, [...(faults.get(uuid) ?? []), issue]);
  }
  return {
    apps: Object.fromEntries(Object.entries(apps).filter(([uuid]) => !faults.has(uuid))),
    unread: [...faults].map(([uuid, issues]) => unreadPart('app', uuid, issues)),
  };
}

function toTargetApp(uuid: string, app: z.infer<typeof AppV3>): TargetApp {
  const [entry] = Object.entries(app.releases);
  return {
    id: app.id,
    uuid,
    name: app.name,
    class: app.class,
    isHost: app.is_host,
    ...(app.parent_app == null ? {} : { parentApp: app.parent_app }),
    release: entry === undefined ? null : toRelease(...entry),
  };
}

function toRelease(commit: string, release: z.infer<typeof ReleaseV3>): TargetApp['release'] {
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
