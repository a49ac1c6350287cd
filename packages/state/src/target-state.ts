import * as z from 'zod';
import { FileComposition, NetworkComposition, ServiceComposition, VolumeComposition } from './composition.ts';
import {
  AppUuid,
  Commit,
  Environment,
  FileName,
  Labels,
  NetworkName,
  NumericId,
  ServiceName,
  VolumeName,
} from './identifiers.ts';
import { ImageReference } from './image-reference.ts';
import { issuesOf, type TargetStateIssue } from './target-state-error.ts';

/** A service of a release, as the device shall run it. */
export const TargetService = z.object({
  id: NumericId,
  name: ServiceName,
  imageId: NumericId,
  image: ImageReference,
  /** Content id of the intended image, `sha256:…`; absent: whatever `image` names. Part of no wire format. */
  contentId: z.string().optional(),
  environment: Environment,
  labels: Labels,
  /** False: the service's container is there, but stopped. */
  running: z.boolean(),
  contract: z.record(z.string(), z.unknown()).optional(),
  composition: ServiceComposition,
});
export type TargetService = z.infer<typeof TargetService>;

/** One release of an app; services, networks, volumes and files by name. */
export const TargetRelease = z.object({
  id: NumericId,
  commit: Commit,
  services: z.record(ServiceName, TargetService),
  networks: z.record(NetworkName, NetworkComposition),
  volumes: z.record(VolumeName, VolumeComposition),
  /** Files for services, with their content; absent: none. */
  configs: z.record(FileName, FileComposition).optional(),
  /** As `configs`, but secret: only the services see them. */
  secrets: z.record(FileName, FileComposition).optional(),
});
export type TargetRelease = z.infer<typeof TargetRelease>;

export const AppClass = z.enum(['fleet', 'app', 'block']);
export type AppClass = z.infer<typeof AppClass>;

export const TargetApp = z.object({
  id: NumericId,
  uuid: AppUuid,
  name: z.string(),
  class: AppClass,
  isHost: z.boolean(),
  parentApp: AppUuid.optional(),
  /** `null`: the app is assigned to the device, but there is no release to run. */
  release: TargetRelease.nullable(),
});
export type TargetApp = z.infer<typeof TargetApp>;

/** A part of the cloud's last document that could not be decoded, so that its last good value stays. */
export const UnreadPart = z.object({
  part: z.enum(['app', 'config', 'name']),
  /** Uuid of the app, or name of the variable; `name` for the device's name. */
  key: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type UnreadPart = z.infer<typeof UnreadPart>;

/** A device's name, as its owner sees it. */
export const DeviceName = z
  .string()
  .max(1024, 'must have at most 1024 characters')
  .regex(/^[^\r\n]*$/, 'must not contain a line break');

/** Apps as they are stored: one that an earlier version took and this one does not costs no other app anything. */
const Apps = z.record(z.string(), z.unknown()).transform((apps) => {
  const decoded: [string, TargetApp][] = [];
  const unread: UnreadPart[] = [];
  for (const [uuid, app] of Object.entries(apps)) {
    const parsed = TargetApp.safeParse(app);
    if (parsed.success) decoded.push([uuid, parsed.data]);
    else unread.push(unreadPart('app', uuid, issuesOf(parsed.error, ['apps', uuid])));
  }
  return { decoded: Object.fromEntries(decoded), unread };
});

/**
 * The state that the device shall reach: the one form of it inside the supervisor, whichever wire format it came in.
 * `config` names have no `BALENA_` or `RESIN_` prefix. `apps` is keyed by app uuid.
 */
export interface TargetState {
  readonly name?: string | undefined;
  readonly config: Record<string, string>;
  readonly apps: Record<string, TargetApp>;
  /** Absent: all of it was decoded. */
  readonly unread?: UnreadPart[] | undefined;
}

/** A target as it is stored. */
export const TargetState: z.ZodType<TargetState> = z
  .object({
    name: DeviceName.optional(),
    config: z.record(z.string(), z.string()),
    apps: Apps,
    unread: z.array(UnreadPart).optional(),
  })
  .transform(({ apps, unread = [], ...target }): TargetState =>
    withUnread({ ...target, apps: apps.decoded }, [
      ...unread.filter(({ key }) => !apps.unread.some((one) => one.key === key)),
      ...apps.unread,
    ]),
  );

export function unreadPart(part: UnreadPart['part'], key: string, faults: readonly TargetStateIssue[]): UnreadPart {
  return { part, key, faults: faults.slice(0, MOST_FAULTS_KEPT) };
}

export function withUnread(target: TargetState, unread: UnreadPart[]): TargetState {
  return unread.length === 0 ? target : { ...target, unread };
}

const MOST_FAULTS_KEPT = 5;
