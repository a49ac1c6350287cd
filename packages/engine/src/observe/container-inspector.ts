import {
  DEFAULT_CONTAINER_CONFIG,
  withCurrentLabels,
  type Damage,
  type ObservedContainer,
} from '@device-supervisor/compose';
import { pathOf } from '../containers/container-actions.ts';
import { damageOf, isFinal } from '../damage/damage-of.ts';
import { saysLostFiles } from '../damage/lost-files.ts';
import { EngineUnreachableError, NotFoundError } from '../errors.ts';
import { readIdentity, readName } from '../mapping/identity.ts';
import { readObservedContainer, readStatus } from '../mapping/observed-container.ts';
import type { Transport } from '../transport/transport.ts';
import { ContainerInspection, type ContainerEntry } from '../wire/container-wire.ts';
import type { KnownValues } from './known-values.ts';

/** One object may take no longer than this, in milliseconds: an engine can hang on one container. */
export const INSPECTION_LIMIT_MS = 15_000;

export interface ContainerInspector {
  /** `null`: it is gone. @throws EngineUnreachableError when the engine is away, not only this container */
  inspect(entry: ContainerEntry): Promise<ObservedContainer | null>;
}

/** Inspects containers; one that cannot be inspected is reported as damaged, with what the list says about it. */
export function createContainerInspector(transport: Transport, knownValues: KnownValues): ContainerInspector {
  return {
    async inspect(entry) {
      try {
        return withLostFiles(await request(entry.Id));
      } catch (error) {
        if (error instanceof NotFoundError) return null;
        if (!(await isOnlyThis(transport, error))) throw error;
        return isFinal(error) ? confirm(entry) : damaged(entry, damageOf(error));
      }
    },
  };

  async function request(id: string): Promise<ObservedContainer> {
    const limit = Math.min(INSPECTION_LIMIT_MS, transport.callTimeout);
    const call = { method: 'GET', path: `${pathOf(id)}/json`, limit } as const;
    return knownValues.share(readObservedContainer(await transport.request(call, ContainerInspection)));
  }

  /** A container is taken away for good because of this: so one refusal is not enough. */
  async function confirm(entry: ContainerEntry): Promise<ObservedContainer | null> {
    try {
      return withLostFiles(await request(entry.Id));
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      if (!(await isOnlyThis(transport, error))) throw error;
      return damaged(entry, damageOf(error));
    }
  }
}

/** Whether the engine still answers, so that a failure is about one object of it. */
export async function isOnlyThis(transport: Transport, error: unknown): Promise<boolean> {
  if (!(error instanceof EngineUnreachableError)) return true;
  try {
    await transport.send({ method: 'GET', path: '/_ping' });
    return true;
  } catch (failure) {
    if (failure instanceof EngineUnreachableError) return false;
    throw failure;
  }
}

/** One that ran before and whose own files are gone never starts again. */
function withLostFiles(container: ObservedContainer): ObservedContainer {
  const { error, startedAt, status } = container;
  const isLost = startedAt !== null && status !== 'running' && saysLostFiles(error);
  return isLost ? { ...container, damage: { reason: error, isFinal: true } } : container;
}

function damaged(entry: ContainerEntry, damage: Damage): ObservedContainer {
  const [name = entry.Id] = entry.Names;
  const endpoints = Object.entries(entry.NetworkSettings?.Networks ?? {});
  const noEndpoint = { aliases: [], ipv4Address: '', ipv6Address: '', linkLocalIps: [] };
  return {
    id: entry.Id,
    name: readName(name),
    imageId: entry.ImageID,
    imageReference: entry.Image,
    identity: readIdentity(withCurrentLabels(entry.Labels)),
    status: readStatus(entry.State),
    health: 'none',
    exitCode: 0,
    error: '',
    createdAt: entry.Created * 1000,
    startedAt: null,
    restartCount: 0,
    config: {
      ...DEFAULT_CONTAINER_CONFIG,
      labels: entry.Labels,
      networks: Object.fromEntries(endpoints.map(([network]) => [network, noEndpoint])),
    },
    networkIds: endpoints.flatMap(([, { NetworkID }]) => (NetworkID === '' ? [] : [NetworkID])),
    publishedPorts: [],
    damage,
  };
}
