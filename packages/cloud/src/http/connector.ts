import {
  Agent as HttpAgent,
  request as httpRequest,
  type AgentOptions,
  type ClientRequest,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

export interface ConnectorOptions {
  /** Base of every path, e.g. `https://api.example.com`; `http:` too. */
  readonly endpoint: string;
  /** PEM of an authority that is trusted besides those of Node.js. */
  readonly rootCertificate?: string;
  /** In the place of the system's, e.g. for names that end in `.local`. */
  readonly lookup?: LookupFunction;
}

/** Connections to one server. Paths are below the endpoint, e.g. `/device/v3/state`. */
export interface Connector extends Disposable {
  /**
   * Sends over a connection that an earlier request left open, if there is one. The server may close it at the same moment:
   * only for requests that can be sent again.
   */
  send(path: string, options: RequestOptions): ClientRequest;
  /** Sends over a new connection, which ends with the answer. */
  sendAlone(path: string, options: RequestOptions): ClientRequest;
}

export function createConnector({ endpoint, rootCertificate, lookup }: ConnectorOptions): Connector {
  const isSecure = endpoint.startsWith('https:');
  const createAgent = (options: AgentOptions): HttpAgent => {
    const connection = { ...options, ...(lookup === undefined ? {} : { lookup }) };
    return isSecure
      ? new HttpsAgent({
          ...connection,
          ...(rootCertificate === undefined ? {} : { ca: [...rootCertificates, rootCertificate] }),
        })
      : new HttpAgent(connection);
  };
  const kept = createAgent({ keepAlive: true, maxSockets: 8 });
  const single = createAgent({ keepAlive: false });
  const request = isSecure ? httpsRequest : httpRequest;
  const sendBy = (agent: HttpAgent) => (path: string, options: RequestOptions) =>
    request(`${endpoint.replace(/\/$/, '')}${path}`, { ...options, agent });
  return {
    send: sendBy(kept),
    sendAlone: sendBy(single),
    [Symbol.dispose]() {
      kept.destroy();
      single.destroy();
    },
  };
}
