/** The parts of dbus-next that speak the protocol. Its own types cover only the client above them. */
declare module 'dbus-next/lib/connection.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Message } from 'dbus-next';

  export interface Link extends EventEmitter {
    readonly stream: Socket;
    /** Throws when the stream is closed, and when the body does not fit the signature. */
    message(message: Message): void;
    on(event: 'connect', listener: () => void): this;
    on(event: 'message', listener: (message: Message) => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
  }

  export default function createConnection(options: {
    readonly busAddress: string;
    readonly authMethods: readonly string[];
    readonly negotiateUnixFd: boolean;
  }): Link;
}

declare module 'dbus-next/lib/message-type.js' {
  export { Message } from 'dbus-next';
}
