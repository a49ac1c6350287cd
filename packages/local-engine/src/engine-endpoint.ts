/** Where an engine listens. */
export type EngineEndpoint =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** The engine's port for plain HTTP. */
const DEFAULT_PORT = 2375;

/**
 * Reads `unix:///path`, `/path`, `tcp://host[:port]` or `http://host[:port]`. `undefined`: another form, e.g. `ssh://`.
 */
export function parseEngineEndpoint(text: string): EngineEndpoint | undefined {
  const socketPath = text.startsWith('unix://') ? text.slice('unix://'.length) : text;
  if (socketPath.startsWith('/')) return { kind: 'unix', socketPath };
  const url = URL.parse(text.replace(/^tcp:/, 'http:'));
  if (url === null || url.protocol !== 'http:' || url.hostname === '' || url.pathname !== '/') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // The parser drops the scheme's own port, so `:80` reads as none at all.
  const port = url.port === '' ? (/:80\/?$/.test(text) ? 80 : DEFAULT_PORT) : Number(url.port);
  return { kind: 'tcp', host, port };
}

/** `unix:///path` or `tcp://host:port`. */
export function formatEngineEndpoint(endpoint: EngineEndpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return `unix://${endpoint.socketPath}`;
    case 'tcp':
      return `tcp://${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
  }
}
