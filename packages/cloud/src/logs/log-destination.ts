import type { Clock } from '@device-supervisor/device';
import { CloudRefusedError } from '../errors.ts';
import { createConnector, type ConnectorOptions } from '../http/connector.ts';
import { createLogStream, type CloudLogStream } from './log-stream.ts';

export interface CloudLogOptions extends ConnectorOptions {
  readonly uuid: string;
  /** Key of the device; a secret. */
  readonly key: string;
  readonly userAgent: string;
  readonly clock: Clock;
}

/** The cloud as a place to send logs to. */
export interface CloudLogDestination extends Disposable {
  /** Begins a request; what becomes of it shows when the stream is used. */
  open(): CloudLogStream;
  /** Classifies the failure of a stream. */
  judge(error: unknown): CloudLogFailure;
}

export interface CloudLogFailure {
  /** Milliseconds that the cloud wants to be left alone for; `null`: it does not say. */
  readonly retryAfter: number | null;
  /** The cloud does not take these very messages. */
  readonly isRefusal: boolean;
}

const BAD_REQUEST = 400;
const TOO_LARGE = 413;
const UNSUPPORTED = 415;

/**
 * Newline-delimited JSON to `/device/v2/<uuid>/log-stream`, compressed unless the cloud does not take that.
 *
 * @example
 * ```ts
 * using destination = createLogDestination({ endpoint, uuid, key, userAgent, clock });
 * const stream = destination.open();
 * stream.write({ message: 'hello', timestamp: clock.now(), serviceId: 11 });
 * await stream.close();
 * ```
 */
export function createLogDestination(options: CloudLogOptions): CloudLogDestination {
  const { endpoint, uuid, key, userAgent, clock } = options;
  const connector = createConnector(options);
  let isCompressed = true;
  return {
    open() {
      const request = connector.sendAlone(`/device/v2/${uuid}/log-stream`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
          'user-agent': userAgent,
          authorization: `Bearer ${key}`,
        },
      });
      return createLogStream(request, { host: new URL(endpoint).host, clock, isCompressed });
    },
    judge(error) {
      if (!(error instanceof CloudRefusedError)) return { retryAfter: null, isRefusal: false };
      const { status } = error.details;
      if (status === UNSUPPORTED) isCompressed = !isCompressed;
      return { retryAfter: error.retryAfter, isRefusal: status === BAD_REQUEST || status === TOO_LARGE };
    },
    [Symbol.dispose]: () => connector[Symbol.dispose](),
  };
}
