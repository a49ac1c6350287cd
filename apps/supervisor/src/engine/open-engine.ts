import { existsSync } from 'node:fs';
import { createEngine, type Engine } from '@device-supervisor/engine';
import type { ImageStorage, Settings } from '@device-supervisor/device';
import type { SupervisorConfig } from '../config.ts';
import type { OpenedIdentity } from '../identity/open-identity.ts';
import type { Logger } from '../log/create-logger.ts';
import type { CloudAccess } from '../managed/cloud-access.ts';
import { cloudRegistry } from './cloud-registry.ts';
import { imageStorage } from './image-storage.ts';
import { withRegistryHint } from './registry-hint.ts';

export interface EngineDependencies {
  readonly config: SupervisorConfig;
  readonly opened: Pick<OpenedIdentity, 'identity' | 'settings'>;
  readonly deviceSettings: Pick<Settings, 'current'>;
  readonly access: CloudAccess;
  readonly log: Logger;
}

export interface OpenedEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly endpoint: string;
  readonly storage: ImageStorage;
}

/** Searched in this order where the environment names no engine. */
const SOCKETS = ['/var/run/docker.sock', '/var/run/balena-engine.sock'] as const;

/** The engine, which may be down, with what it needs to pull images and what is known of their sizes. */
export function openEngine({ config, opened, deviceSettings, access, ...rest }: EngineDependencies): OpenedEngine {
  const { settings, identity } = opened;
  const endpoint = config.engineEndpoint ?? usualEndpoint();
  const log = rest.log.component('engine');
  const print = (message: string): void => log.info(message);
  const registry = cloudRegistry({
    configJson: config.deltaEndpoint === null ? settings : { deltaEndpoint: config.deltaEndpoint, ...settings },
    identity: () => identity.current,
    settings: () => deviceSettings.current,
    access,
    print,
  });
  const created = createEngine({ endpoint, ...registry });
  const engine = { ...created, ...withRegistryHint(created, settings) };
  const storage = imageStorage({
    engine,
    engineEndpoint: endpoint,
    rootMount: config.rootMount,
    credentials: registry.credentials,
    access,
    print,
  });
  return { engine, endpoint, storage, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

/** The engine may start later: it is asked repeatedly. */
function usualEndpoint(): string {
  return `unix://${SOCKETS.find((path) => existsSync(path)) ?? SOCKETS[0]}`;
}
