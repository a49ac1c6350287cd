import type { ClientRequest, IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { Clock } from '@device-supervisor/device';
import { CloudAnswerInvalidError, CloudTimeoutError, CloudUnreachableError } from '../errors.ts';
import { refusal } from '../http/read-answer.ts';
import { isWebPage } from '../http/web-page.ts';
import { formatCloudLogLine, type CloudLogMessage } from './log-line.ts';

/** One request whose body are messages. The cloud says at its end that it has them. */
export interface CloudLogStream {
  /** `false`: it is not to be written to before `drained`. */
  write(message: CloudLogMessage): boolean;
  drained(): Promise<void>;
  /** Rejects when the stream breaks, and when the cloud answers before its end. */
  readonly broken: Promise<never>;
  /**
   * Resolves when the cloud has taken everything.
   *
   * @throws CloudRefusedError, CloudUnreachableError, CloudTimeoutError, CloudAnswerInvalidError
   */
  close(): Promise<void>;
  destroy(): void;
}

export interface LogStreamOptions {
  /** For errors. */
  readonly host: string;
  readonly clock: Clock;
  readonly isCompressed: boolean;
}

/** For messages: without the id of the device. */
const REQUEST = 'POST log-stream';
/** Milliseconds after which a line is on its way. */
const FLUSH_DELAY = 100;
/** Milliseconds that the cloud has to answer after the last line. */
const ANSWER_TIMEOUT = 59_000;

export function createLogStream(
  request: ClientRequest,
  { host, clock, isCompressed }: LogStreamOptions,
): CloudLogStream {
  const gzip = isCompressed ? createGzip() : null;
  const body = gzip ?? new PassThrough();
  const answer = Promise.withResolvers<void>();
  const failure = Promise.withResolvers<never>();
  let flushing: Disposable | null = null;
  let isClosed = false;

  const end = (): void => {
    flushing?.[Symbol.dispose]();
    flushing = null;
    body.destroy();
    request.destroy();
  };
  const fail = (error: Error): void => {
    failure.reject(error);
    end();
  };
  const flush = (): void => {
    flushing = null;
    gzip?.flush(constants.Z_SYNC_FLUSH);
  };
  // Each waiting call rejects with the failure; without one it is not an unhandled rejection.
  failure.promise.catch(() => undefined);

  body.on('error', (error) => fail(new CloudUnreachableError(host, error)));
  request.on('error', (error) => fail(new CloudUnreachableError(host, error)));
  request.on('close', () => fail(new CloudUnreachableError(host, new Error('the connection was closed'))));
  request.on('response', (response) => {
    // Its text may be long, and says nothing that we need but that it is not of the cloud.
    response.once('data', (text: Buffer) => {
      if (isWebPage(text.toString())) fail(new CloudAnswerInvalidError(REQUEST, 'it is a web page'));
    });
    response.on('error', (error) => fail(new CloudUnreachableError(host, error))).resume();
    const error = errorOf(response, isClosed);
    if (error === null) response.on('end', answer.resolve);
    else fail(error);
  });
  body.pipe(request);

  return {
    broken: failure.promise,
    write(message) {
      if (body.destroyed) return false;
      flushing ??= gzip === null ? null : clock.schedule(FLUSH_DELAY, flush);
      return body.write(formatCloudLogLine(message));
    },
    async drained() {
      const drained = Promise.withResolvers<void>();
      body.once('drain', drained.resolve);
      try {
        await Promise.race([drained.promise, failure.promise]);
      } finally {
        body.off('drain', drained.resolve);
      }
    },
    async close() {
      isClosed = true;
      flushing?.[Symbol.dispose]();
      flushing = null;
      body.end();
      using _limit = clock.schedule(ANSWER_TIMEOUT, () => fail(new CloudTimeoutError(host, ANSWER_TIMEOUT)));
      await Promise.race([answer.promise, failure.promise]);
    },
    destroy: end,
  };
}

/** `null`: the cloud has everything. */
function errorOf({ statusCode: status = 0, headers }: IncomingMessage, isClosed: boolean): Error | null {
  if (status >= 200 && status <= 299) {
    return isClosed ? null : new CloudAnswerInvalidError(REQUEST, 'it came before the end of the request');
  }
  const hint =
    status === 401 ? 'Check that the device exists in the cloud, and has not been given another key' : undefined;
  return refusal(REQUEST, { status, headers }, hint);
}
