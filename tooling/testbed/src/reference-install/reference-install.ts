import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const Inspection = z.looseObject({
  Id: z.string(),
  /** With the leading slash. */
  Name: z.string(),
  Created: z.string(),
  /** Content id. */
  Image: z.string(),
  State: z.looseObject({ Status: z.string() }),
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()), Env: z.array(z.string()), Image: z.string() }),
  HostConfig: z.record(z.string(), z.unknown()),
  NetworkSettings: z.looseObject({
    Networks: z.record(
      z.string(),
      z.looseObject({
        Aliases: z.array(z.string()),
        IPAMConfig: z.record(z.string(), z.string()),
      }),
    ),
  }),
});
export type ReferenceContainer = z.output<typeof Inspection>;

const Installation = z.object({
  /** The target of the cloud, or of the developer. */
  target: z.unknown(),
  configJson: z.looseObject({ uuid: z.string(), listenPort: z.number() }),
  containers: z.array(Inspection),
  images: z.array(z.looseObject({ Id: z.string(), RepoTags: z.array(z.string()), RepoDigests: z.array(z.string()) })),
  networks: z.array(z.looseObject({ Id: z.string(), Name: z.string() })),
  volumes: z.array(z.looseObject({ Name: z.string() })),
});

/** The objects of a reference supervisor on a device at its target, as the Engine API describes them. */
export type ReferenceInstall = z.output<typeof Installation>;

/**
 * Reads one of the captured installations: a device with a cloud, or one in local mode.
 *
 * @param rename replaces names and ids in its text
 */
export async function readReferenceInstall(
  kind: 'managed' | 'local',
  rename: (text: string) => string = (text) => text,
): Promise<ReferenceInstall> {
  const text = await readFile(join(import.meta.dirname, `fixtures/${kind}.json`), 'utf8');
  return Installation.parse(JSON.parse(rename(text)));
}
