import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
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

/** Connections to one server, kept open between requests. */
export interface Connector extends Disposable {
  /** @param path below the endpoint, e.g. `/device/v3/state` */
  send(path: string, options: RequestOptions): ClientRequest;
}

export function createConnector({ endpoint, rootCertificate, lookup }: ConnectorOptions): Connector {
  const isSecure = endpoint.startsWith('https:');
  const connection = { keepAlive: true, maxSockets: 8, ...(lookup === undefined ? {} : { lookup }) };
  const agent = isSecure
    ? new HttpsAgent({
        ...connection,
        ...(rootCertificate === undefined ? {} : { ca: [...rootCertificates, rootCertificate] }),
      })
    : new HttpAgent(connection);
  const request = isSecure ? httpsRequest : httpRequest;
  return {
    send: (path, options) => request(`${endpoint.replace(/\/$/, '')}${path}`, { ...options, agent }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
