import { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import DockerModem from 'docker-modem';
import * as z from 'zod';
import type { Clock } from '@device-supervisor/device';
import type { SupervisorError } from '@device-supervisor/errors';
import { EngineAnswerError, EngineTimeoutError, EngineUnreachableError } from '../errors.ts';
import { failureOf, type Refusal } from './engine-failure.ts';
import { parseEndpoint, type EngineTls } from './endpoint.ts';
import { parseJson } from './read-json-lines.ts';

/** One request to the engine's HTTP API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash; ids and names in it are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | object>>;
  readonly body?: object;
  /** A tar archive, in place of a body. */
  readonly archive?: Buffer;
  /** Credentials for a registry. */
  readonly auth?: Readonly<Record<string, string>>;
  /** Statuses from 300 on that are fine. */
  readonly accept?: readonly number[];
  /** Milliseconds until the answer must be complete, or begin in the case of a stream; `null`: no limit. */
  readonly limit?: number | null;
  /** Aborts it. */
  readonly signal?: AbortSignal;
  /** Maps a refusal to an error. Default: by its text. */
  readonly toError?: (refusal: Refusal) => SupervisorError;
}

/** The engine's HTTP API: one method per kind of answer. */
export interface Transport extends AsyncDisposable {
  /** Decodes the JSON answer. @throws EngineAnswerError when it is something else */
  request<T>(call: Call, schema: z.ZodType<T>): Promise<T>;
  /** The answer as it comes, for {@link decodeAnswer}. */
  text(call: Call): Promise<string>;
  /** Ignores what is answered; resolves to the status. */
  send(call: Call): Promise<number>;
  /** Resolves when the answer begins. Aborting the call's signal ends the stream with the signal's reason. */
  open(call: Call): Promise<ByteStream>;
  readonly endpoint: string;
  /** Milliseconds that a call may take. */
  readonly callTimeout: number;
}

export interface ByteStream {
  /** Of the answer's `Date` header, in milliseconds since the epoch; `NaN`: it has none. */
  readonly date: number;
  /** Throws an `EngineUnreachableError` when the connection breaks. Leaving the loop closes the connection. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface TransportOptions {
  readonly endpoint: string;
  readonly tls?: EngineTls;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly callTimeout: number;
}

/** How often the operating system probes an idle connection: a host that vanished is noticed. */
const PROBE_INTERVAL_MS = 30_000;

/**
 * Connections that stay open for later calls. An engine never closes one, so that without a bound the busiest moment of
 * a supervisor's life would decide how many both sides keep.
 */
const MAX_IDLE_CONNECTIONS = 4;

/** Connects to an engine; connections are opened as they are needed. */
export function createTransport({ endpoint, tls, clock, callTimeout }: TransportOptions): Transport {
  const address = parseEndpoint(endpoint, tls);
  const agent = createAgent(address.protocol);
  const modem = new DockerModem({ ...address, agent });
  const closed = new AbortController();
  const unreachable = (reason: string, cause?: unknown): EngineUnreachableError =>
    new EngineUnreachableError(endpoint, reason, cause);

  return {
    endpoint,
    callTimeout,
    async request(call, schema) {
      return decodeAnswer(call, await requestText(call), schema);
    },
    text: requestText,
    async send(call) {
      using deadline = startDeadline(call);
      const response = await answer(call, deadline.signal);
      await readText(response, deadline.signal);
      return response.statusCode ?? 0;
    },
    async open(call) {
      const signal = AbortSignal.any([closed.signal, ...(call.signal === undefined ? [] : [call.signal])]);
      using deadline = startDeadline({ ...call, signal });
      const response = await answer(call, deadline.signal);
      return {
        date: Date.parse(response.headers.date ?? ''),
        chunks: readChunks(response, deadline.signal),
      };
    },
    async [Symbol.asyncDispose]() {
      closed.abort(unreachable('the connection was closed'));
      agent.destroy();
    },
  };

  async function requestText(call: Call): Promise<string> {
    using deadline = startDeadline(call);
    return await readText(await answer(call, deadline.signal), deadline.signal);
  }

  /** A signal that aborts when the call's time is up, when its caller aborts it, and when the transport is closed. */
  function startDeadline({ limit = callTimeout, signal, ...call }: Call): Deadline {
    const controller = new AbortController();
    const timer =
      limit === null
        ? undefined
        : clock.schedule(limit, () =>
            controller.abort(
              new EngineTimeoutError(endpoint, `no answer to ${nameOf(call)} within ${Math.round(limit / 1000)} s`),
            ),
          );
    const sources = [controller.signal, closed.signal, ...(signal === undefined ? [] : [signal])];
    return { signal: AbortSignal.any(sources), [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
  }

  async function answer(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await dial(call, signal).catch((error: unknown) => {
      throw reasonFor(error, signal);
    });
    const status = response.statusCode ?? 0;
    if (status < 300 || call.accept?.includes(status) === true) return response;
    const text = await readText(response, signal);
    throw (call.toError ?? failureOf)({ request: nameOf(call), status, message: messageIn(text) });
  }

  function dial(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    modem.dial(
      {
        path: `${call.path}?`,
        method: call.method,
        // Always a stream: docker-modem never settles when the connection breaks within an answer that it collects.
        isStream: true,
        statusCodes: EVERY_STATUS,
        abortSignal: signal,
        options: { _query: call.query ?? {}, _body: call.body ?? {} },
        ...(call.archive === undefined ? {} : { file: call.archive }),
        ...(call.auth === undefined ? {} : { authconfig: call.auth }),
      },
      (error, response) => {
        if (response instanceof IncomingMessage) resolve(response);
        else reject(error ?? new Error('no answer'));
      },
    );
    return promise;
  }

  async function readText(response: IncomingMessage, signal: AbortSignal): Promise<string> {
    return Buffer.concat(await Array.fromAsync(readChunks(response, signal))).toString();
  }

  async function* readChunks(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response) {
        if (Buffer.isBuffer(chunk)) yield chunk;
      }
    } catch (error) {
      throw reasonFor(error, signal);
    }
    signal.throwIfAborted();
  }

  /** Why a call failed: because it was aborted, or because of the connection. */
  function reasonFor(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    return unreachable(error instanceof Error ? error.message : String(error), error);
  }
}

/** @throws EngineAnswerError when the answer to the call is something else than the schema says */
export function decodeAnswer<T>(call: Call, text: string, schema: z.ZodType<T>): T {
  const decoded = schema.safeParse(parseJson(text));
  if (decoded.success) return decoded.data;
  throw new EngineAnswerError(nameOf(call), z.prettifyError(decoded.error));
}

interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** docker-modem's own handling of errors loses the engine's message for some routes; ours reads it for all. */
const EVERY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

function createAgent(protocol: 'http' | 'https'): HttpAgent {
  const options = { keepAlive: true, keepAliveMsecs: PROBE_INTERVAL_MS, maxFreeSockets: MAX_IDLE_CONNECTIONS };
  const agent = protocol === 'https' ? new HttpsAgent(options) : new HttpAgent(options);
  // docker-modem prints every request with everything in it to a debug channel, even without listeners.
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
}

function nameOf({ method, path }: Pick<Call, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

const ErrorBody = z.object({ message: z.string() });

function messageIn(text: string): string {
  const body = ErrorBody.safeParse(parseJson(text));
  return (body.success ? body.data.message : text).trim();
}
