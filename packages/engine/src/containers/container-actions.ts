import type {
  ContainerConfig,
  ContainerEngine,
  ContainerToCreate,
  Hook,
  NetworkEndpoint,
  RenameResult,
  UpdatableConfig,
} from '@device-supervisor/compose';
import * as z from 'zod';
import { isFinal } from '../damage/damage-of.ts';
import { createFailureOf, startFailureOf } from '../damage/image-damage.ts';
import { ContainerRestartingError, EngineRequestError, NotFoundError } from '../errors.ts';
import { readContainer, writeContainer } from '../mapping/container-mapping.ts';
import { writeUpdate } from '../mapping/limit-fields.ts';
import { writeEndpoint } from '../mapping/network-fields.ts';
import type { Transport } from '../transport/transport.ts';
import { ContainerInspection } from '../wire/container-wire.ts';
import { ImageInspection } from '../wire/engine-wire.ts';
import { putFiles } from './put-files.ts';
import { runHook } from './run-hook.ts';

export type ContainerActions = Pick<
  ContainerEngine,
  | 'createContainer'
  | 'putFiles'
  | 'connectNetwork'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'renameContainer'
  | 'updateContainer'
>;

/** The engine's default. */
const DEFAULT_STOP_TIMEOUT_S = 10;
/** Deleting and copying files takes its time on a memory card. */
const SLOW_CALL_FACTOR = 5;

export interface ContainerActionsOptions {
  /** Called with each container that was created. */
  readonly created: (container: ContainerToCreate) => void;
  /**
   * Called with the id or name of each container after a call on it, even a failed one: a start that fails leaves its reason
   * on the container without an event.
   */
  readonly touched: (container: string) => void;
  /** The engine had nothing to do: it is not as the call expected it to be. */
  readonly surprised: () => void;
}

/** The engine's container calls. */
export function createContainerActions(
  transport: Transport,
  { created, touched, surprised }: ContainerActionsOptions,
): ContainerActions {
  const unless = handlerOfSurprises(surprised);
  const slow = transport.callTimeout * SLOW_CALL_FACTOR;
  return {
    createContainer: (container) => createContainer(container).finally(() => touched(container.name)),
    putFiles: (container, files) => putFiles(transport, container, files),
    connectNetwork: (container, ...rest) => connectNetwork(container, ...rest).finally(() => touched(container)),
    startContainer: (container) => startContainer(container).finally(() => touched(container)),
    stopContainer: (id, ...rest) => stopContainer(id, ...rest).finally(() => touched(id)),
    removeContainer: (id) => removeContainer(id).finally(() => touched(id)),
    renameContainer: (id, name) => renameContainer(id, name).finally(() => touched(id)),
    updateContainer: (id, config) => updateContainer(id, config).finally(() => touched(id)),
  };

  async function createContainer(container: ContainerToCreate): Promise<void> {
    const { name, image, config } = container;
    const body = writeContainer(image, await withCommandOfImage(image, config));
    await transport.send({
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body,
      limit: slow,
      toError: (refusal) => createFailureOf(image, refusal),
    });
    created(container);
  }

  /** Engines drop the image's command where an entrypoint is given; see `ContainerConfig.command`. */
  async function withCommandOfImage(image: string, config: ContainerConfig): Promise<ContainerConfig> {
    if (config.command !== null || config.entrypoint === null || config.entrypoint.length === 0) return config;
    const { Config } = await transport.request(
      { method: 'GET', path: `/images/${encodeURIComponent(image)}/json` },
      ImageInspection,
    );
    return { ...config, command: Config?.Cmd ?? null };
  }

  async function connectNetwork(container: string, network: string, endpoint: NetworkEndpoint): Promise<void> {
    const body = { Container: container, EndpointConfig: writeEndpoint(endpoint) };
    await transport
      .send({ method: 'POST', path: `/networks/${encodeURIComponent(network)}/connect`, body })
      .catch(unless((error) => says(error, /endpoint with name \S+ already exists in network/)));
  }

  async function startContainer(container: string): Promise<void> {
    const status = await start(container);
    if (status === 304) return surprised();
    const { postStart } = readContainer(await inspect(container));
    await runHooks(container, postStart, 'post_start');
  }

  /** @returns status: 304 where it runs already */
  async function start(container: string): Promise<number> {
    try {
      return await transport.send({ method: 'POST', path: `${pathOf(container)}/start`, accept: [304], limit: slow });
    } catch (error) {
      throw await startFailureOf(error, () => inspect(container));
    }
  }

  async function stopContainer(id: string, _lease: unknown, timeout: number | null): Promise<void> {
    // A damaged container cannot be inspected, but it must still be removable.
    const inspection = await inspect(id).catch(unless((error) => isGone(error) || isFinal(error)));
    // It is stopped even if its commands fail; their failure is reported afterwards.
    const [hooks] = await Promise.allSettled([
      inspection?.State.Status === 'running' ? runHooks(id, readContainer(inspection).preStop, 'pre_stop') : undefined,
    ]);
    const seconds = timeout ?? inspection?.Config.StopTimeout ?? DEFAULT_STOP_TIMEOUT_S;
    // A negative time is without end.
    const limit = seconds < 0 ? null : seconds * 1000 + transport.callTimeout;
    const stop = { method: 'POST', path: `${pathOf(id)}/stop`, query: { t: seconds }, accept: [304], limit } as const;
    const status = await transport.send(stop).catch(unless(isGone));
    if (status === 304) surprised();
    if (hooks.status === 'rejected') throw hooks.reason;
  }

  async function runHooks(container: string, hooks: readonly Hook[], field: 'post_start' | 'pre_stop'): Promise<void> {
    for (const [index, hook] of hooks.entries()) {
      await runHook(transport, { container, hook, name: `${field}[${index}]` });
    }
  }

  async function removeContainer(id: string): Promise<void> {
    try {
      await transport.send({ method: 'DELETE', path: pathOf(id), query: { v: true, force: true }, limit: slow });
    } catch (error) {
      if (isGone(error)) return surprised();
      if (!says(error, /removal of container \S+ is already in progress/)) throw error;
      surprised();
      await transport
        .request(
          { method: 'POST', path: `${pathOf(id)}/wait`, query: { condition: 'removed' }, limit: slow },
          z.unknown(),
        )
        .catch(unless(isGone));
    }
  }

  async function renameContainer(id: string, name: string): Promise<RenameResult> {
    try {
      await requestRename(id, name);
    } catch (error) {
      if (!(error instanceof ContainerRestartingError)) throw error;
      const { State } = await inspect(id);
      if (State.Status === 'restarting') return 'restarting';
      // Its next run began meanwhile, or it was stopped.
      await requestRename(id, name);
    }
    return 'renamed';
  }

  async function requestRename(id: string, name: string): Promise<void> {
    await transport
      .send({ method: 'POST', path: `${pathOf(id)}/rename`, query: { name } })
      .catch(unless((error) => says(error, /same name as its current name/)));
  }

  async function updateContainer(id: string, config: UpdatableConfig): Promise<void> {
    // The engine warns of limits that the kernel has no support for; they show when it is observed.
    await transport.send({ method: 'POST', path: `${pathOf(id)}/update`, body: writeUpdate(config) });
  }

  function inspect(id: string): Promise<ContainerInspection> {
    return transport.request({ method: 'GET', path: `${pathOf(id)}/json` }, ContainerInspection);
  }
}

/** Path of a container in the engine's API. */
export function pathOf(container: string): string {
  return `/containers/${encodeURIComponent(container)}`;
}

/** Makes handlers that let errors pass, except for those which say that there is nothing left to do: that is a surprise. */
export function handlerOfSurprises(surprised: () => void) {
  return (isDone: (error: unknown) => boolean) =>
    (error: unknown): undefined => {
      if (!isDone(error)) throw error;
      surprised();
    };
}

function isGone(error: unknown): boolean {
  return error instanceof NotFoundError && error.details.kind === 'container';
}

function says(error: unknown, pattern: RegExp): boolean {
  return error instanceof EngineRequestError && pattern.test(error.message);
}
