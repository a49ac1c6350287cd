import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createRegistryToken, createSelfSigned } from './registry-tokens.ts';
import type { RegistryAccess } from './start-registry.ts';

/** Gives out tokens for registries, to one user. Disposing of it ends it. */
export interface TokenServer extends AsyncDisposable {
  /** For the registry that trusts it. */
  readonly access: RegistryAccess;
  /** Query and header `Authorization` of every request since the last look. */
  take(): readonly TokenRequest[];
}

export interface TokenRequest {
  readonly scopes: readonly string[];
  readonly authorization: string | undefined;
}

const SERVICE = 'test registry';
const ISSUER = 'test issuer';

export async function startTokenServer(user: {
  readonly username: string;
  readonly password: string;
}): Promise<TokenServer> {
  const { key, certificate } = await createSelfSigned();
  const requests: TokenRequest[] = [];
  const welcome = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    const scopes = scopesOf(request);
    const { authorization } = request.headers;
    requests.push({ scopes, authorization });
    if (authorization !== undefined && authorization !== welcome) {
      response.writeHead(401).end();
      return;
    }
    // Anonymous clients get a token without access.
    const opened = authorization === undefined ? [] : scopes;
    const token = createRegistryToken(key, { issuer: ISSUER, subject: 'test', service: SERVICE, scopes: opened });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    access: { kind: 'token', realm: `http://127.0.0.1:${port}/token`, service: SERVICE, issuer: ISSUER, certificate },
    take: () => requests.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function scopesOf({ url = '/' }: IncomingMessage): readonly string[] {
  return new URL(url, 'http://token').searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
}
