import * as z from 'zod';
import { ImageSettings } from './container-wire.ts';
import { flag, listOf, mapOf, number, text, textMap, texts } from './lenient.ts';

/** `GET /images/json`, one entry. */
export const ImageEntry = z.object({ Id: z.string(), RepoTags: texts, RepoDigests: texts, Labels: textMap });
export type ImageEntry = z.output<typeof ImageEntry>;

/** `GET /images/{name}/json`. */
export const ImageInspection = z.object({
  Id: z.string(),
  RepoTags: texts,
  RepoDigests: texts,
  Config: ImageSettings.nullish(),
  RootFS: z.object({ Layers: texts }).nullish(),
});

/** `GET /networks`, one entry; the inspection of a network has the same shape. */
export const NetworkEntry = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: text,
  EnableIPv6: flag,
  Internal: flag,
  ConfigOnly: flag,
  Options: textMap,
  Labels: textMap,
  IPAM: z
    .object({
      Driver: text,
      Options: textMap,
      Config: listOf(z.object({ Subnet: text, Gateway: text, IPRange: text, AuxiliaryAddresses: textMap })),
    })
    .nullish(),
});
export type NetworkEntry = z.output<typeof NetworkEntry>;

/** `GET /volumes`, one entry. */
export const VolumeEntry = z.object({ Name: z.string(), Driver: text, Options: textMap, Labels: textMap });
export type VolumeEntry = z.output<typeof VolumeEntry>;

/** `GET /info`. */
export const InfoAnswer = z.object({
  ID: text,
  ServerVersion: text,
  LoggingDriver: text,
  DockerRootDir: text,
  Architecture: text,
  OperatingSystem: text,
  OSType: text,
  /** The limits that the kernel supports; an absent one is supported. */
  MemoryLimit: z.boolean().nullish(),
  SwapLimit: z.boolean().nullish(),
  CpuCfsPeriod: z.boolean().nullish(),
  CpuCfsQuota: z.boolean().nullish(),
  CPUShares: z.boolean().nullish(),
  CPUSet: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
  RegistryConfig: z
    .object({
      InsecureRegistryCIDRs: texts,
      IndexConfigs: mapOf(z.object({ Name: text, Mirrors: texts, Secure: flag })),
    })
    .nullish(),
});

/** `GET /version`. */
export const VersionAnswer = z.object({ ApiVersion: text });

/** One line of `GET /events`. */
export const EventLine = z.object({
  Type: text,
  Action: text,
  Actor: z.object({ ID: text, Attributes: textMap }),
});
export type EventLine = z.output<typeof EventLine>;

/** One line of what `POST /images/create` answers. */
export const PullLine = z.object({
  id: text,
  status: text,
  progressDetail: z.object({ current: number, total: number, units: text }).nullish(),
  error: text,
  errorDetail: z.object({ message: text }).nullish(),
});
export type PullLine = z.output<typeof PullLine>;
