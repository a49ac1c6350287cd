import * as z from 'zod';
import { decodeTargetStateV2 } from './decode-target-state-v2.ts';
import { decodeCloudTarget } from './decode-target-state-v3.ts';
import { TargetStateError } from './target-state-error.ts';
import type { TargetState } from './target-state.ts';

/** The apps in the image of a device, which run before the cloud answers. */
export interface Preload {
  readonly target: TargetState;
  /** Whether the device stays at the release. */
  readonly pinDevice: boolean;
}

const Document = z.looseObject({
  config: z.record(z.string(), z.string()).optional(),
  apps: z.record(z.string(), z.looseObject({ releases: z.unknown().optional() })).optional(),
  pinDevice: z.boolean().optional(),
});

/** From the time when a device had one app with one container. */
const OldestDocument = z.array(
  z.looseObject({
    appId: z.union([z.int(), z.string().regex(/^\d+$/)]),
    name: z.string().optional(),
    commit: z.string(),
    imageId: z.string(),
    env: z.record(z.string(), z.string()).optional(),
    config: z.record(z.string(), z.string()).optional(),
  }),
);

/**
 * Decodes apps.json: target state v3 without the device's uuid, v2 without `local`, or an array of apps of one container.
 *
 * @returns `null`: it holds no apps
 * @throws TargetStateError no app in it can be decoded; it names the path of every fault
 */
export function decodePreload(document: unknown): Preload | null {
  if (Array.isArray(document)) return decodeOldest(document);
  const parsed = Document.safeParse(document);
  const { apps, pinDevice = false } = parsed.data ?? {};
  if (parsed.success && (apps === undefined || Object.keys(apps).length === 0)) return null;
  const isV3 = Object.entries(apps ?? {}).every(([key, app]) => app.releases !== undefined || !/^\d+$/.test(key));
  const target = isV3 ? decodeCloudTarget({ device: document }, 'device') : decodeTargetStateV2({ local: document });
  if (target.unread !== undefined && Object.keys(target.apps).length === 0) {
    throw new TargetStateError(target.unread.flatMap(({ faults }) => faults));
  }
  return { target, pinDevice };
}

function decodeOldest(document: readonly unknown[]): Preload | null {
  if (document.length === 0) return null;
  const apps = OldestDocument.safeParse(document).data ?? [];
  const target = decodeTargetStateV2({
    local: {
      config: Object.fromEntries(apps.flatMap(({ config = {} }) => Object.entries(config))),
      apps: apps.length === 0 ? undefined : Object.fromEntries(apps.map((app) => [String(app.appId), asV2(app)])),
    },
  });
  return { target, pinDevice: false };
}

/** Such a container had full access to the device. */
function asV2({ appId, name = `app-${appId}`, commit, imageId, env = {} }: z.infer<typeof OldestDocument>[number]) {
  const features = ['kernel-modules', 'firmware', 'dbus', 'supervisor-api', 'resin-api'];
  const service = {
    serviceName: 'main',
    imageId: 0,
    image: imageId,
    environment: env,
    labels: Object.fromEntries(features.map((feature) => [`io.resin.features.${feature}`, '1'])),
    privileged: true,
    tty: true,
    network_mode: 'host',
    restart: 'always',
    volumes: ['resin-data:/data'],
  };
  return { name, commit, services: { '1': service }, volumes: { 'resin-data': {} }, networks: {} };
}
