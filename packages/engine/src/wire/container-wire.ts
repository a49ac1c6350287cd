import * as z from 'zod';
import { flag, keys, listOf, mapOf, number, text, textMap, texts } from './lenient.ts';

/** An endpoint of a container, in the list and in the inspection. */
const Endpoint = z.object({
  NetworkID: text,
  EndpointID: text,
  Aliases: texts,
  IPAMConfig: z.object({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts }).nullish(),
  DriverOpts: textMap,
  GwPriority: number,
});

/** `GET /containers/json`, one entry. */
export const ContainerEntry = z.object({
  Id: z.string(),
  Names: texts,
  /** Reference that it was created with. */
  Image: text,
  ImageID: text,
  /** Seconds since the epoch. */
  Created: number,
  Labels: textMap,
  State: text,
  /** For people; the only place in the list that tells health and exit code. */
  Status: text,
  NetworkSettings: z.object({ Networks: mapOf(Endpoint) }).nullish(),
});
export type ContainerEntry = z.output<typeof ContainerEntry>;

/** Durations are in nanoseconds. */
export const HealthcheckWire = z.object({
  Test: texts,
  Interval: number,
  Timeout: number,
  StartPeriod: number,
  StartInterval: number,
  Retries: number,
});
export type HealthcheckWire = z.output<typeof HealthcheckWire>;

/** The fields that a container shares with its image. */
export const ImageSettings = z.object({
  Env: texts,
  Labels: textMap,
  Entrypoint: z.array(z.string()).nullish(),
  Cmd: z.array(z.string()).nullish(),
  User: text,
  WorkingDir: text,
  Healthcheck: HealthcheckWire.nullish(),
  StopSignal: text,
  ExposedPorts: keys,
  Volumes: keys,
});
export type ImageSettings = z.output<typeof ImageSettings>;

const ContainerSettings = ImageSettings.extend({
  Image: text,
  Hostname: text,
  Domainname: text,
  MacAddress: text,
  Tty: flag,
  OpenStdin: flag,
  StopTimeout: z.number().nullish(),
});

const HostPort = z.object({ HostIp: text, HostPort: text });

const DeviceRates = listOf(z.object({ Path: text, Rate: number }));

const HostSettings = z.object({
  Annotations: textMap,
  Binds: texts,
  Mounts: listOf(
    z.object({
      Type: text,
      Source: text,
      Target: text,
      ReadOnly: flag,
      TmpfsOptions: z.object({ SizeBytes: number, Mode: number }).nullish(),
      VolumeOptions: z.object({ NoCopy: flag, Subpath: text }).nullish(),
    }),
  ),
  NetworkMode: text,
  PortBindings: mapOf(listOf(HostPort)),
  RestartPolicy: z.object({ Name: text, MaximumRetryCount: number }).nullish(),
  CapAdd: texts,
  CapDrop: texts,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  OomScoreAdj: number,
  PidMode: text,
  Privileged: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  StorageOpt: textMap,
  Tmpfs: textMap,
  UTSMode: text,
  VolumesFrom: texts,
  UsernsMode: text,
  ShmSize: number,
  Sysctls: textMap,
  Runtime: text,
  Init: z.boolean().nullish(),
  CpuShares: number,
  CgroupParent: text,
  CpuPeriod: number,
  CpuQuota: number,
  CpusetCpus: text,
  NanoCpus: number,
  Memory: number,
  MemoryReservation: number,
  MemorySwap: number,
  MemorySwappiness: z.number().nullish(),
  CpuRealtimePeriod: number,
  CpuRealtimeRuntime: number,
  BlkioWeight: number,
  BlkioWeightDevice: listOf(z.object({ Path: text, Weight: number })),
  BlkioDeviceReadBps: DeviceRates,
  BlkioDeviceWriteBps: DeviceRates,
  BlkioDeviceReadIOps: DeviceRates,
  BlkioDeviceWriteIOps: DeviceRates,
  OomKillDisable: flag,
  PidsLimit: number,
  Devices: listOf(z.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })),
  DeviceCgroupRules: texts,
  DeviceRequests: listOf(
    z.object({ Driver: text, Count: number, DeviceIDs: texts, Capabilities: listOf(texts), Options: textMap }),
  ),
  Ulimits: listOf(z.object({ Name: text, Soft: number, Hard: number })),
});

/** `GET /containers/{id}/json`. */
export const ContainerInspection = z.object({
  Id: z.string(),
  Name: text,
  Created: text,
  /** Content id of its image. */
  Image: text,
  RestartCount: number,
  State: z.object({
    Status: text,
    ExitCode: number,
    Error: text,
    StartedAt: text,
    Health: z.object({ Status: text }).nullish(),
  }),
  Config: ContainerSettings,
  HostConfig: HostSettings,
  NetworkSettings: z.object({ Ports: mapOf(listOf(HostPort)), Networks: mapOf(Endpoint) }),
});
export type ContainerInspection = z.output<typeof ContainerInspection>;
