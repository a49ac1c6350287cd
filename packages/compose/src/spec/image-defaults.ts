import type { ContainerConfig, Healthcheck, ImageConfig } from '../container-config.ts';
import { cleanPath } from './clean-path.ts';

/** Fills in what the image says, as an engine does when it creates the container. */
export function withImageDefaults(config: ContainerConfig, image: ImageConfig): ContainerConfig {
  return {
    ...config,
    environment: { ...image.environment, ...config.environment },
    labels: { ...image.labels, ...config.labels },
    entrypoint: config.entrypoint ?? image.entrypoint,
    // Without an entrypoint of its own an empty list counts as none, as engines take it.
    command:
      config.command === null || (isEmpty(config.entrypoint) && isEmpty(config.command))
        ? image.command
        : config.command,
    user: config.user === '' ? image.user : config.user,
    workingDir: config.workingDir === '' ? cleanPath(image.workingDir) : config.workingDir,
    stopSignal: config.stopSignal === '' ? image.stopSignal : config.stopSignal,
    healthcheck: overlayHealthcheck(config.healthcheck, image.healthcheck),
    exposedPorts: union(config.exposedPorts, image.exposedPorts),
    anonymousVolumes: union(config.anonymousVolumes, image.volumes.map(cleanPath)),
  };
}

function isEmpty(list: readonly string[] | null): boolean {
  return list === null || list.length === 0;
}

function overlayHealthcheck(own: Healthcheck | null, image: Healthcheck | null): Healthcheck | null {
  if (own === null || image === null) return own ?? image;
  return {
    test: own.test.length > 0 ? own.test : image.test,
    interval: own.interval === 0 ? image.interval : own.interval,
    timeout: own.timeout === 0 ? image.timeout : own.timeout,
    startPeriod: own.startPeriod === 0 ? image.startPeriod : own.startPeriod,
    startInterval: own.startInterval === 0 ? image.startInterval : own.startInterval,
    retries: own.retries === 0 ? image.retries : own.retries,
  };
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort();
}
