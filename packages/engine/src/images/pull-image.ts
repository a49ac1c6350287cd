import type { PullOptions } from '@device-supervisor/compose';
import type { Clock, Delta, DeltaResolver, RegistryAuth, RegistryCredentials } from '@device-supervisor/device';
import { DeltaTimeoutError, ImagePullError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { createDeltaHolder } from './delta-holder.ts';
import { DeltaSlots } from './delta-slots.ts';
import { createDeltaSupport } from './delta-support.ts';
import { LayerProgress } from './layer-progress.ts';
import { pullOnce } from './pull-once.ts';
import { registryOf } from './split-reference.ts';
import { verifyDigest } from './verify-digest.ts';

export interface ImagePullerOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly credentials: RegistryCredentials;
  /** `null`: every image is fetched whole. */
  readonly deltas: DeltaResolver | null;
  /** An image is fetched whole because the delta to it cannot be used. */
  readonly onDeltaFailure: (reference: string, error: unknown) => void;
  /** Milliseconds without progress after which a pull is restarted. */
  readonly stallTimeout: number;
}

/** Deltas are put together on the device, which takes its memory and processor. */
const DELTAS_AT_ONCE = 3;
/** Milliseconds before an interrupted pull that got further continues. */
const PAUSE = 1000;

export type PullImage = (reference: string, options: PullOptions) => Promise<void>;

/**
 * Pulls images by tag or digest. A download that was under way when the connection to the registry broke is requested
 * again at once, as long as each attempt gets further than those before.
 */
export function createImagePuller({ deltas, onDeltaFailure, ...options }: ImagePullerOptions): PullImage {
  const { transport, clock, credentials } = options;
  const deltaSlots = new DeltaSlots(DELTAS_AT_ONCE);
  const supportsDeltas = createDeltaSupport(transport);
  const holder = createDeltaHolder(transport);
  let leftovers: Promise<void> | null = null;

  /**
   * @throws {ImagePullError} when the registry does not give it
   * @throws {ImageDigestError} when what came is not what was asked for
   * @throws {NoSpaceError} when it does not fit
   */
  return async (reference, { signal, onProgress, deltaSource }) => {
    signal.throwIfAborted();
    const progress = new LayerProgress();
    const report = createReport(progress, onProgress);
    report();
    const context = { progress, report, signal };
    const delta = deltaSource === undefined ? null : await findDelta(deltaSource, reference, signal);
    const isHeld = delta !== null && (await pullDelta(delta, reference, context));
    try {
      // The engine now fetches what it lacks: nothing but the manifest when a delta gave it the right image.
      await pullPersistently(reference, { ...context, auth: await credentials.find(registryOf(reference)) });
      await verifyDigest(transport, reference);
    } catch (error) {
      if (isHeld && !isInterruption(error)) await holder.release(reference);
      throw error;
    }
    if (isHeld) await holder.release(reference);
    onProgress({ percent: 100, receivedBytes: progress.receivedBytes, totalBytes: progress.totalBytes });
  };

  async function findDelta(source: string, destination: string, signal: AbortSignal): Promise<Delta | null> {
    if (deltas === null || !(await supportsDeltas())) return null;
    await releaseLeftovers();
    return await deltas.resolve({ source, destination, signal });
  }

  /** Once, before anything is held. */
  async function releaseLeftovers(): Promise<void> {
    const release = (leftovers ??= holder.releaseLeftovers());
    try {
      await release;
    } catch (error) {
      if (leftovers === release) leftovers = null;
      throw error;
    }
  }

  /** @returns whether the engine made an image of it, which is held until it has its name */
  async function pullDelta(delta: Delta, destination: string, context: PullContext): Promise<boolean> {
    using _slot = await deltaSlots.enter(context.signal);
    const late = new AbortController();
    const { timeout } = delta;
    using _timer =
      timeout === null ? null : clock.schedule(timeout, () => late.abort(new DeltaTimeoutError(destination, timeout)));
    const signal = AbortSignal.any([context.signal, late.signal]);
    try {
      await pullPersistently(delta.reference, { ...context, signal, auth: delta.auth });
    } catch (error) {
      if (late.signal.aborted && !context.signal.aborted) {
        onDeltaFailure(destination, late.signal.reason);
        return false;
      }
      // Nothing is lost but time: the image can still be fetched whole.
      if (!(error instanceof ImagePullError) || isInterruption(error)) throw error;
      onDeltaFailure(destination, error);
      return false;
    }
    await holder.hold(delta.reference, destination);
    return true;
  }

  async function pullPersistently(reference: string, { auth, ...context }: AttemptContext): Promise<void> {
    const { progress, report, signal } = context;
    for (let furthest = 0; ;) {
      progress.beginAttempt();
      try {
        return await pullOnce(reference, {
          ...options,
          auth,
          signal,
          onLine(line) {
            progress.add(line);
            report();
          },
        });
      } catch (error) {
        if (signal.aborted || !isInterruption(error) || progress.layersReached <= furthest) throw error;
        furthest = progress.layersReached;
      } finally {
        report({ always: true });
      }
      await pause(signal);
    }
  }

  /** Resolves after a moment, or rejects with the signal's reason. */
  async function pause(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    using _timer = clock.schedule(PAUSE, resolve);
    await promise.finally(() => signal.removeEventListener('abort', giveUp));
  }
}

interface PullContext {
  readonly progress: LayerProgress;
  readonly report: Report;
  readonly signal: AbortSignal;
}

interface AttemptContext extends PullContext {
  /** `null`: anonymous. */
  readonly auth: RegistryAuth | null;
}

/** Tells how far the pull is when that is another percentage than before, or, with `always`, other bytes. */
type Report = (options?: { readonly always: boolean }) => void;

function createReport(progress: LayerProgress, onProgress: PullOptions['onProgress']): Report {
  let percent = -1;
  let receivedBytes = -1;
  return ({ always } = { always: false }) => {
    if (progress.percent === percent && !(always && progress.receivedBytes !== receivedBytes)) return;
    ({ percent, receivedBytes } = progress);
    onProgress({ percent, receivedBytes, totalBytes: progress.totalBytes });
  };
}

/** Did it fail for a reason that may be over in a moment? */
function isInterruption(error: unknown): boolean {
  if (!(error instanceof ImagePullError)) return false;
  return error.details.reason === 'unreachable' || error.details.reason === 'stalled';
}
