import type { Hono } from 'hono';
import * as z from 'zod';
import { apiKeyRequired, readJson, sendJson, sendNothing } from './answers.ts';
import { callerOf, ownDevice } from './caller.ts';
import { targetDocument } from './target-document.ts';
import type { Release, StubDevice, World } from './world.ts';

const text = z.string();
const textOrNothing = z.string().nullable();
const metric = z.number().min(0).nullable();

/** Strict about types as the real server is; unknown fields and unknown words for a status pass there, too. */
const AppReport = z.looseObject({
  release_uuid: textOrNothing.optional(),
  releases: z
    .record(
      z.string(),
      z.looseObject({
        update_status: text.optional(),
        services: z
          .record(
            z.string(),
            z.looseObject({
              image: text,
              status: text,
              download_progress: z.int().min(0).max(100).nullable().optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});

const FIELDS = {
  name: text,
  status: text,
  os_version: text,
  os_variant: text,
  supervisor_version: text,
  provisioning_progress: metric,
  provisioning_state: text,
  ip_address: text,
  mac_address: text,
  api_port: z.int().min(0),
  api_secret: text,
  logs_channel: textOrNothing,
  cpu_usage: metric,
  memory_usage: metric,
  memory_total: metric,
  storage_usage: metric,
  storage_total: metric,
  storage_block_device: textOrNothing,
  cpu_temp: z.number().nullable(),
  cpu_id: textOrNothing,
  // Of all metrics, this one may not be null.
  is_undervolted: z.boolean(),
};

const DeviceReport = z.looseObject({ ...FIELDS, apps: z.record(z.string(), AppReport) }).partial();

/** Fields of a device that it reports. */
export const REPORTED_FIELDS: readonly string[] = Object.keys(FIELDS);

const Report = z.record(z.string(), DeviceReport);

/** The report of a device. */
export type DeviceReport = z.infer<typeof DeviceReport>;

export function stateRoutes(app: Hono, world: World): void {
  app.get('/device/v3/:uuid/state', async (c) => {
    const caller = callerOf(c, world);
    if (caller === null) return sendNothing(401);
    const device = ownDevice(caller, c.req.param('uuid'), world);
    // Not 'unchanged': the cloud says this of a device that it does not have, and then without an entity tag.
    return device === null ? sendNothing(304) : await sendJson(c, targetDocument(device));
  });

  app.patch('/device/v3/state', async (c) => {
    const caller = callerOf(c, world);
    if (caller === null) return await apiKeyRequired(c);
    const { data: reports } = Report.safeParse(await readJson(c));
    if (reports === undefined) return sendNothing(400);
    const entries = Object.entries(reports).map(([uuid, report]) => ({
      report,
      device: ownDevice(caller, uuid, world),
    }));
    if (entries.length === 0) return sendNothing(401);
    for (const { device, report } of entries) {
      if (device === null || !isKnown(report, world)) return sendNothing(401);
    }
    for (const { device, report } of entries) if (device !== null) accept(device, report);
    return sendNothing(200);
  });
}

/** Are there all apps, releases and images that the report names? */
function isKnown({ apps = {} }: DeviceReport, world: World): boolean {
  const images = new Set(
    world.fleets.flatMap(({ releases }) =>
      releases.flatMap(({ services }) => Object.values(services).map(({ image }) => withoutDigest(image))),
    ),
  );
  return Object.entries(apps).every(([uuid, { release_uuid: running, releases: reported = {} }]) => {
    const fleet = world.fleets.find((each) => each.uuid === uuid);
    if (fleet === undefined) return false;
    const has = (commit: string): boolean => fleet.releases.some((release: Release) => release.commit === commit);
    if (typeof running === 'string' && running !== '' && !has(running)) return false;
    return Object.entries(reported).every(
      ([commit, { services = {} }]) =>
        has(commit) && Object.values(services).every(({ image }) => images.has(withoutDigest(image))),
    );
  });
}

function withoutDigest(image: string): string {
  return image.replace(/@.*$/, '');
}

function accept(device: StubDevice, report: DeviceReport): void {
  device.reports.push(report);
  const { apps = {}, ...fields } = report;
  for (const [name, value] of Object.entries(fields)) device.reported.set(name, value);
  for (const { releases = {} } of Object.values(apps)) {
    for (const [commit, { update_status: status }] of Object.entries(releases)) {
      if (typeof status === 'string') device.updateStatuses.set(commit, status);
    }
  }
  const running = apps[device.fleet.uuid]?.release_uuid;
  if (running !== undefined) device.running = running === '' ? null : running;
}
