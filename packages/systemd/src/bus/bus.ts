import { formatError } from '@device-supervisor/errors';
import { BusCallError, BusUnavailableError, CallTimedOutError, SystemdClosedError } from '../errors.ts';
import { busSocket } from './bus-address.ts';
import { callError } from './call-error.ts';
import { Connection, RemoteError, type MethodCall } from './connection.ts';

export interface BusOptions {
  /** e.g. `unix:path=/run/dbus/system_bus_socket`. */
  readonly address: string;
  /** Milliseconds that connecting, and each call, may take. */
  readonly timeout: number;
}

/** The protocol's own word for it. */
const INVALID_ARGUMENTS = 'org.freedesktop.DBus.Error.InvalidArgs';

/** A connection for work that needs one and the same over several calls. */
export interface BusSession {
  readonly connection: Connection;
  call(call: MethodCall): Promise<readonly unknown[]>;
}

/**
 * A bus over one connection, which is opened by the first call, and again by the first call after it was lost. Failures
 * are errors of this package, and affect only the calls in progress.
 */
export class Bus implements AsyncDisposable {
  readonly #options: BusOptions;
  readonly #socket: string;
  readonly #closed = new AbortController();
  #opening: Promise<Connection> | null = null;
  #current: Connection | null = null;

  /** @throws {@link InvalidBusAddressError} */
  constructor(options: BusOptions) {
    this.#options = options;
    this.#socket = busSocket(options.address);
  }

  /** Resolves to the body of the answer. */
  async call(call: MethodCall): Promise<readonly unknown[]> {
    return await (await this.session()).call(call);
  }

  async session(): Promise<BusSession> {
    const connection = await this.#connect();
    return { connection, call: (call) => this.#callOn(connection, call) };
  }

  /** Why a session ended before its work was done. */
  lost(connection: Connection): Error {
    if (this.#closed.signal.aborted) return new SystemdClosedError();
    return new BusUnavailableError(this.#options.address, connection.lost.reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new SystemdClosedError());
    const [opened] = await Promise.allSettled([this.#opening]);
    if (opened?.status === 'fulfilled') opened.value?.close();
  }

  async #callOn(connection: Connection, call: MethodCall): Promise<readonly unknown[]> {
    const { timeout } = this.#options;
    const name = `${call.destination} ${call.member}`;
    using deadline = deadlineOf(timeout);
    try {
      return await connection.call(call, deadline.signal);
    } catch (error) {
      if (error instanceof RemoteError) throw callError(call, error);
      if (connection.lost.aborted) throw this.lost(connection);
      // The call cannot be encoded, e.g. because the bus returned an invalid object path.
      if (!deadline.signal.aborted) throw new BusCallError(name, INVALID_ARGUMENTS, formatError(error));
      // The service may stay silent on this connection: the next call opens another one.
      this.#forget(connection);
      connection.retire();
      throw new CallTimedOutError(name, timeout);
    }
  }

  async #connect(): Promise<Connection> {
    this.#closed.signal.throwIfAborted();
    const opening = (this.#opening ??= this.#open());
    try {
      return await opening;
    } catch (error) {
      if (this.#closed.signal.aborted) throw new SystemdClosedError();
      throw new BusUnavailableError(this.#options.address, error);
    }
  }

  async #open(): Promise<Connection> {
    const { timeout, address } = this.#options;
    using deadline = deadlineOf(timeout, new Error(`${address} did not answer within ${timeout} ms`));
    try {
      const connection = await Connection.open(this.#socket, AbortSignal.any([deadline.signal, this.#closed.signal]));
      if (connection.lost.aborted) throw connection.lost.reason;
      connection.lost.addEventListener('abort', () => this.#forget(connection), { once: true });
      this.#current = connection;
      return connection;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  /** The next call makes another connection. */
  #forget(connection: Connection): void {
    if (this.#current !== connection) return;
    this.#current = null;
    this.#opening = null;
  }
}

/** Not `AbortSignal.timeout`: its timer would stay until it is due, once for each call. */
function deadlineOf(timeout: number, reason?: Error): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason), timeout);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
