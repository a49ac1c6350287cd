/** Certificates for an engine that listens with TLS, as PEM. */
export interface EngineTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Where the engine listens. */
export interface EngineAddress {
  readonly protocol: 'http' | 'https';
  readonly socketPath: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Port of an engine that listens on TCP without TLS, as registered with IANA. */
const PLAIN_PORT = '2375';
const TLS_PORT = '2376';

/**
 * Reads `unix:///path`, `tcp://host:port`, `http://host:port` or `https://host:port`.
 *
 * @throws {TypeError} when it is none of them
 */
export function parseEndpoint(endpoint: string, tls?: EngineTls): EngineAddress {
  if (endpoint.startsWith('unix://')) {
    const socketPath = endpoint.slice('unix://'.length);
    if (!socketPath.startsWith('/')) throw invalid(endpoint);
    // Every field is named: docker-modem takes what is missing from DOCKER_HOST and the like.
    return {
      socketPath,
      host: undefined,
      port: undefined,
      protocol: 'http',
      ca: undefined,
      cert: undefined,
      key: undefined,
    };
  }
  const url = URL.parse(endpoint);
  if (url === null || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '')
    throw invalid(endpoint);
  const secure = url.protocol === 'https:' || tls !== undefined;
  return {
    socketPath: undefined,
    host: url.hostname,
    port: url.port === '' ? defaultPort(url.protocol, secure) : url.port,
    protocol: secure ? 'https' : 'http',
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
  };
}

function defaultPort(protocol: string, secure: boolean): string {
  if (protocol === 'http:') return '80';
  if (protocol === 'https:') return '443';
  return secure ? TLS_PORT : PLAIN_PORT;
}

function invalid(endpoint: string): TypeError {
  return new TypeError(
    `'${endpoint}' is not an endpoint; write e.g. unix:///var/run/docker.sock or tcp://127.0.0.1:2375`,
  );
}
