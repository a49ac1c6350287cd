import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { RegistryAnswerError, RegistryUnauthorizedError } from './errors.ts';
import { parseImageReference } from './image-reference.ts';
import { openRepository } from './open-repository.ts';

async function serve(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' ? bound?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

it('gives no credentials to the target of a redirect, whatever that asks for', async () => {
  const seen: (string | undefined)[] = [];
  await using thief = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
  });
  await using registry = await serve((_request, response) => {
    response.writeHead(307, { location: `${thief.url}/blob` }).end();
  });
  const repository = openRepository({
    reference: parseImageReference('127.0.0.1:1/app'),
    origin: { url: registry.url, isInsecure: true, takesCredentials: true },
    auth: { username: 'user', password: 's3cret' },
    access: { timeout: 60_000 },
  });
  await expect(repository.get('manifests/latest', { limit: 1000 })).rejects.toBeInstanceOf(RegistryUnauthorizedError);
  expect(seen).toEqual([undefined]);
});

const AUTH = { username: 'user', password: 's3cret' } as const;

function repositoryAt(url: string) {
  return openRepository({
    reference: parseImageReference('127.0.0.1:1/app'),
    origin: { url, isInsecure: true, takesCredentials: true },
    auth: AUTH,
    access: { timeout: 60_000 },
  });
}

it('gives no credentials where another server led back to the registry', async () => {
  const seen: (string | undefined)[] = [];
  const back = { url: '' };
  await using stranger = await serve((_request, response) => {
    response.writeHead(307, { location: `${back.url}/evil` }).end();
  });
  await using registry = await serve((request, response) => {
    if (request.url !== '/evil') return void response.writeHead(307, { location: `${stranger.url}/blob` }).end();
    seen.push(request.headers.authorization);
    response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
  });
  back.url = registry.url;
  const answer = repositoryAt(registry.url).get('manifests/latest', { limit: 1000 });
  await expect(answer).rejects.toBeInstanceOf(RegistryUnauthorizedError);
  expect(seen).toEqual([undefined]);
});

it('gives no credentials to where a token server redirects', async () => {
  const seen: string[] = [];
  await using thief = await serve((request, response) => {
    seen.push(request.url ?? '');
    response.end('{"token":"t"}');
  });
  await using tokens = await serve((_request, response) => {
    response.writeHead(307, { location: `${thief.url}/token` }).end();
  });
  await using registry = await serve((_request, response) => {
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${tokens.url}/token"` }).end();
  });
  const answer = repositoryAt(registry.url).get('manifests/latest', { limit: 1000 });
  await expect(answer).rejects.toBeInstanceOf(RegistryAnswerError);
  expect(seen).toEqual([]);
});
