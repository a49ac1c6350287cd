import * as z from 'zod';
import { Progress, ServiceStatusWord, success, UpdateStatusWord } from './answers.ts';
import { named } from './named.ts';

/** The subject of an answer: one app, or the device as a whole. */
export const about = {
  appId: z.int().nullable().meta({ description: 'null: no app in particular' }),
  service: z.string().nullable().meta({ description: 'null: no service in particular' }),
};

export const BlockedAnswer = named('Blocked', () =>
  z
    .strictObject({
      ...about,
      reason: z.string().meta({ description: 'A word for programs, e.g. `locked`, `invalid`' }),
      message: z.string().meta({ description: 'For a person' }),
    })
    .meta({ description: 'Blocked parts, with their reasons' }),
);

export const NoticeAnswer = named('Notice', () =>
  z
    .strictObject({ ...about, field: z.string(), reason: z.string() })
    .meta({ description: 'A field of the target that has no effect on this device' }),
);

export const PortAnswer = named('Port', () =>
  z.strictObject({
    hostIp: z.string().meta({ description: 'Empty: all addresses of the host' }),
    hostPort: z.int(),
    containerPort: z.string().meta({ description: 'With its protocol, e.g. 80/tcp' }),
  }),
);

export const ServiceStateAnswer = named('ServiceState', () =>
  z.strictObject({
    name: z.string(),
    serviceId: z.int(),
    imageId: z.int(),
    releaseId: z.int(),
    image: z.string(),
    status: ServiceStatusWord,
    health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
    downloadProgress: Progress,
    containerId: z.string().nullable().meta({ description: 'null: there is no container yet' }),
    createdAt: z.int().nullable().meta({ description: 'Milliseconds since the epoch' }),
    startedAt: z.int().nullable().meta({ description: 'Milliseconds since the epoch; null: never started' }),
    restarts: z.int().meta({ description: 'By the engine, since it was last started on purpose' }),
    exitCode: z.int().nullable().meta({ description: 'Of the last run; null: none has ended' }),
    dependsOn: z.array(z.string()).meta({ description: 'Services of the app that have to be there first' }),
    ports: z.array(PortAnswer()),
  }),
);

export const AppStateAnswer = named('AppState', () =>
  z.strictObject({
    appId: z.int(),
    uuid: z.string(),
    name: z.string(),
    commit: z.string().nullable().meta({ description: 'Of the release that runs completely; null: none does' }),
    updateStatus: UpdateStatusWord,
    services: z.array(ServiceStateAnswer()),
  }),
);

export const DeviceStateAnswer = named('DeviceState', () =>
  success({
    applying: z.boolean().meta({ description: 'false: nothing changes until something happens' }),
    overallDownloadProgress: Progress,
    apps: z.array(AppStateAnswer()),
    blocked: z.array(BlockedAnswer()),
    notices: z.array(NoticeAnswer()),
  }),
);
