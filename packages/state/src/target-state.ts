import * as z from 'zod';
import { FileComposition, NetworkComposition, ServiceComposition, VolumeComposition } from './composition.ts';
import { ComponentName, Environment, Labels, NumericId } from './names.ts';

/** A service of a release, as the device shall run it. */
export const TargetService = z.object({
  id: NumericId,
  name: ComponentName,
  imageId: NumericId,
  /** Image reference, e.g. `registry.local:5000/app/web@sha256:…`. */
  image: z.string().min(1),
  /** Content id of the image that is meant, `sha256:…`; absent: whatever `image` names. Part of no wire format. */
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
  commit: z.string().min(1),
  services: z.record(ComponentName, TargetService),
  networks: z.record(ComponentName, NetworkComposition),
  volumes: z.record(ComponentName, VolumeComposition),
  /** Files for services, with their content; absent: none. */
  configs: z.record(ComponentName, FileComposition).optional(),
  /** As `configs`, and nobody but the services is to see them. */
  secrets: z.record(ComponentName, FileComposition).optional(),
});
export type TargetRelease = z.infer<typeof TargetRelease>;

export const AppClass = z.enum(['fleet', 'app', 'block']);
export type AppClass = z.infer<typeof AppClass>;

export const TargetApp = z.object({
  id: NumericId,
  uuid: z.string().min(1),
  name: z.string(),
  class: AppClass,
  isHost: z.boolean(),
  parentApp: z.string().optional(),
  /** `null`: the app is assigned to the device, but there is no release to run. */
  release: TargetRelease.nullable(),
});
export type TargetApp = z.infer<typeof TargetApp>;

/**
 * The state that the device shall reach: the one form of it inside the supervisor, whichever wire format it came in.
 * `config` names have no `BALENA_` or `RESIN_` prefix. `apps` is keyed by app uuid.
 */
export const TargetState = z.object({
  name: z
    .string()
    .regex(/^[^\r\n]*$/, 'must not contain a line break')
    .optional(),
  config: z.record(z.string(), z.string()),
  apps: z.record(z.string(), TargetApp),
});
export type TargetState = z.infer<typeof TargetState>;
