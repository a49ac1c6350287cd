import { createTestApi, GLOBAL_KEY } from '@device-supervisor/api/testing';

// On a device: its address, and the key that `devicectl` shows.
const { api } = createTestApi();
const server = await api.listen({ port: 0, allow: ['127.0.0.1'] });
const address = `http://127.0.0.1:${server.port}`;
const key = GLOBAL_KEY;
// #region readme
import { createApiClient, dataOf } from '@device-supervisor/api-client';

const client = createApiClient({ address, key: () => key });
const { applying, apps } = await dataOf(client.http.GET('/v3/state'));
console.log(
  applying,
  apps.map(({ name }) => name),
);

for await (const { event, data } of client.keptEvents()) console.log(event, data);
// #endregion
await server[Symbol.asyncDispose]();
api[Symbol.dispose]();
