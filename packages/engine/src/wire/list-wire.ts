import * as z from 'zod';
import { ContainerEntry } from './container-wire.ts';
import { ImageEntry, NetworkEntry, VolumeEntry } from './engine-wire.ts';

/** A list as it comes: each entry is decoded for itself, so that one that is damaged costs no other. */
export const Entries = z
  .array(z.unknown())
  .nullish()
  .transform((value) => value ?? []);

/** `GET /volumes`. */
export const VolumeAnswer = z.object({ Volumes: Entries });

/** An entry, or what is left of one that does not decode. */
export interface Listed<Entry> {
  readonly entry: Entry;
  /** Why it does not decode; `null`: it does. */
  readonly fault: string | null;
}

export interface DecodedEntries<Entry> {
  readonly listed: readonly Listed<Entry>[];
  /** Entries of which not even id and name are known. */
  readonly unknown: number;
}

/** Decodes each entry; of one that fails, the parts that tell which object it is, the rest being empty. */
export function decodeEntries<Entry>(
  values: readonly unknown[],
  schema: z.ZodType<Entry>,
  rescue: z.ZodType<object>,
): DecodedEntries<Entry> {
  const listed: Listed<Entry>[] = [];
  let unknown = 0;
  for (const value of values) {
    const decoded = schema.safeParse(value);
    const rescued = decoded.success ? decoded : schema.safeParse(rescue.safeParse(value).data);
    if (rescued.success) listed.push({ entry: rescued.data, fault: decoded.success ? null : faultOf(decoded.error) });
    else unknown++;
  }
  return { listed, unknown };
}

export const decodeContainers = (values: readonly unknown[]): DecodedEntries<ContainerEntry> =>
  decodeEntries(values, ContainerEntry, RescuedContainer);

export const decodeImages = (values: readonly unknown[]): DecodedEntries<ImageEntry> =>
  decodeEntries(values, ImageEntry, RescuedImage);

export const decodeNetworks = (values: readonly unknown[]): DecodedEntries<NetworkEntry> =>
  decodeEntries(values, NetworkEntry, RescuedNetwork);

export const decodeVolumes = (values: readonly unknown[]): DecodedEntries<VolumeEntry> =>
  decodeEntries(values, VolumeEntry, RescuedVolume);

/** Those of the values that are texts. */
const someTexts = z
  .array(z.unknown())
  .catch([])
  .transform((values) => values.filter((one) => typeof one === 'string'));
const someLabels = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((labels) => Object.fromEntries(Object.entries(labels).filter(([, value]) => typeof value === 'string')));
const someText = z.string().catch('');

const RescuedContainer = z.object({
  Id: z.string(),
  Names: someTexts,
  Image: someText,
  ImageID: someText,
  Labels: someLabels,
  State: someText,
  Status: someText,
});
const RescuedImage = z.object({ Id: z.string(), RepoTags: someTexts, RepoDigests: someTexts, Labels: someLabels });
const RescuedNetwork = z.object({ Id: z.string(), Name: z.string(), Labels: someLabels });
const RescuedVolume = z.object({ Name: z.string(), Labels: someLabels });

function faultOf(error: z.ZodError): string {
  return `its entry in the engine's list does not decode: ${z.prettifyError(error)}`;
}
