import type { TargetApp, TargetService, TargetState } from './target-state.ts';

/** A target state in the v2 wire format, without the `local` around it. */
export interface TargetStateV2 {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly apps: Readonly<Record<string, AppV2>>;
}

interface AppV2 {
  readonly name: string;
  readonly commit?: string;
  readonly releaseId?: number;
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly configs?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

/** Prints a target state in the v2 wire format; decoding it again gives the same state. */
export function formatTargetStateV2(target: TargetState): TargetStateV2 {
  return {
    name: target.name ?? '',
    config: target.config,
    apps: Object.fromEntries(Object.values(target.apps).map((app) => [String(app.id), formatApp(app)])),
  };
}

function formatApp({ name, release }: TargetApp): AppV2 {
  if (release === null) return { name, services: {}, volumes: {}, networks: {} };
  return {
    name,
    commit: release.commit,
    releaseId: release.id,
    services: Object.fromEntries(
      Object.values(release.services).map((service) => [String(service.id), formatService(service)]),
    ),
    volumes: release.volumes,
    networks: release.networks,
    ...(release.configs === undefined ? {} : { configs: release.configs }),
    ...(release.secrets === undefined ? {} : { secrets: release.secrets }),
  };
}

function formatService(service: TargetService): Readonly<Record<string, unknown>> {
  const { image: _, ...composition } = service.composition;
  return {
    ...composition,
    imageId: service.imageId,
    serviceName: service.name,
    serviceId: service.id,
    image: service.image,
    running: service.running,
    environment: service.environment,
    labels: service.labels,
    ...(service.contract === undefined ? {} : { contract: service.contract }),
  };
}
