import * as z from 'zod';

/** How far one service of a release is; `image` as the target names it. */
export const ServiceReport = z.object({
  image: z.string(),
  status: z.string(),
  /** Whole number from 0 to 100; `null`: not downloading. The cloud keeps the last number until it gets the `null`. */
  download_progress: z.int().min(0).max(100).nullable().optional(),
});
export type ServiceReport = z.infer<typeof ServiceReport>;

/** How far an app is: by commit the releases of the target, by name their services. */
export const AppReport = z.object({
  /** Commit of the release that runs; absent: none that the target names does, completely; empty: there is none. */
  release_uuid: z.string().optional(),
  releases: z.record(
    z.string(),
    z.object({ update_status: z.string(), services: z.record(z.string(), ServiceReport) }),
  ),
});
export type AppReport = z.infer<typeof AppReport>;

/**
 * The report of a device to its cloud: the body of `PATCH /device/v3/state`, by device uuid. An absent field keeps its
 * last value, `null` is no longer known. Sizes are in MB, temperatures in °C, `cpu_usage` in per cent; addresses are separated by spaces.
 */
export const DeviceReport = z.object({
  status: z.string().optional(),
  os_version: z.string().optional(),
  os_variant: z.string().optional(),
  supervisor_version: z.string().optional(),
  provisioning_progress: z.number().nullable().optional(),
  provisioning_state: z.string().optional(),
  ip_address: z.string().optional(),
  mac_address: z.string().optional(),
  api_port: z.int().optional(),
  /** A secret. */
  api_secret: z.string().optional(),
  cpu_usage: z.number().nullable().optional(),
  memory_usage: z.number().nullable().optional(),
  memory_total: z.number().nullable().optional(),
  storage_usage: z.number().nullable().optional(),
  storage_total: z.number().nullable().optional(),
  storage_block_device: z.string().nullable().optional(),
  cpu_temp: z.number().nullable().optional(),
  cpu_id: z.string().nullable().optional(),
  /** Never `null`: the cloud refuses the whole report for it. */
  is_undervolted: z.boolean().optional(),
  /** By app uuid. */
  apps: z.record(z.string(), AppReport).optional(),
});
export type DeviceReport = z.infer<typeof DeviceReport>;
