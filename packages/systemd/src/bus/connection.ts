// oxlint-disable-next-line typescript/triple-slash-reference -- ambient: packages that compile this source need it too
/// <reference path="./dbus-next.d.ts" />
import type { Message as DBusMessage } from 'dbus-next';
import createLink, { type Link } from 'dbus-next/lib/connection.js';
import messageType from 'dbus-next/lib/message-type.js';

/** A method of an object on the bus, and what it is called with. */
export interface MethodCall {
  /** Name on the bus, e.g. `org.freedesktop.systemd1`. */
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** D-Bus signature of the body; empty without one. */
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface Signal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** The answer to a call was an error; not for callers of the package. */
export class RemoteError extends Error {
  /** e.g. `org.freedesktop.DBus.Error.AccessDenied`. */
  readonly errorName: string;

  constructor(errorName: string, message: string) {
    super(message);
    this.errorName = errorName;
  }
}

/** Kinds of messages in the protocol. */
const METHOD_RETURN = 2;
const ERROR = 3;
const SIGNAL = 4;

const HELLO: MethodCall = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
};

/**
 * One connection to a bus, from the greeting to its end. dbus-next encodes and decodes the messages. Pending calls are
 * tracked here, because its own client never rejects a call whose connection broke, and ends the process when the bus
 * refuses the greeting.
 */
export class Connection {
  readonly #link: Link;
  readonly #pending = new Map<number, PromiseWithResolvers<readonly unknown[]>>();
  readonly #listeners = new Set<(signal: Signal) => void>();
  readonly #lost = new AbortController();
  #serial = 0;
  #retired = false;

  private constructor(link: Link) {
    this.#link = link;
    guard(link, (error) => this.#end(error));
    link.on('error', (error) => this.#end(error));
    link.stream.on('close', () => this.#end(new Error('the connection was closed')));
    link.on('message', (message) => this.#receive(message));
  }

  /** Connects to a socket and greets. Rejects with why it cannot, and when `signal` is aborted. */
  static async open(socket: string, signal: AbortSignal): Promise<Connection> {
    // dbus-next's `path` would load a native module where there is one; what it calls `socket` is the same without.
    const address = `unix:socket=${socket}`;
    const link = createLink({ busAddress: address, authMethods: ['EXTERNAL'], negotiateUnixFd: false });
    const connection = new Connection(link);
    const abort = (): void => connection.#end(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const ready = Promise.withResolvers<void>();
      link.on('connect', () => ready.resolve());
      connection.lost.addEventListener('abort', () => ready.reject(connection.lost.reason), { once: true });
      if (signal.aborted) abort();
      await ready.promise;
      await connection.call(HELLO);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Aborted when the connection is over; the reason is why. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Sends a call and resolves to the body of the answer. Rejects with {@link RemoteError} for an error as answer, with
   * the reason of {@link lost} when the connection ends first, and with the signal's reason when aborted.
   */
  async call(call: MethodCall, signal?: AbortSignal): Promise<readonly unknown[]> {
    this.lost.throwIfAborted();
    signal?.throwIfAborted();
    const serial = ++this.#serial;
    const answer = Promise.withResolvers<readonly unknown[]>();
    const forget = (): void => answer.reject(signal?.reason);
    signal?.addEventListener('abort', forget, { once: true });
    this.#pending.set(serial, answer);
    try {
      this.#link.message(new messageType.Message({ ...call, body: [...(call.body ?? [])], serial }));
      return await answer.promise;
    } finally {
      signal?.removeEventListener('abort', forget);
      this.#pending.delete(serial);
      this.#closeIfUnused();
    }
  }

  /** Calls back on every signal that the bus sends to this connection. */
  listen(listener: (signal: Signal) => void): Disposable {
    this.#listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        this.#closeIfUnused();
      },
    };
  }

  /** Closes when the last call is answered and the last listener has left. */
  retire(): void {
    this.#retired = true;
    this.#closeIfUnused();
  }

  close(): void {
    this.#end(new Error('the connection was closed by us'));
  }

  #closeIfUnused(): void {
    if (this.#retired && this.#pending.size === 0 && this.#listeners.size === 0) this.close();
  }

  #receive(message: DBusMessage): void {
    if (message.type === SIGNAL) return this.#listeners.forEach((listener) => listener(message));
    const answer = this.#pending.get(Number(message.replySerial));
    if (message.type === METHOD_RETURN) answer?.resolve(message.body);
    if (message.type === ERROR) answer?.reject(new RemoteError(message.errorName, String(message.body[0] ?? '')));
  }

  #end(reason: unknown): void {
    if (this.lost.aborted) return;
    this.#lost.abort(reason);
    this.#link.stream.destroy();
    for (const answer of this.#pending.values()) answer.reject(reason);
  }
}

/** dbus-next throws on malformed messages inside socket events, where no caller can catch it. */
function guard({ stream }: Link, onError: (error: unknown) => void): void {
  const emit = stream.emit.bind(stream);
  stream.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    try {
      return emit(event, ...values);
    } catch (error) {
      onError(error);
      return true;
    }
  };
}
