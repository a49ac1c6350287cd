import { createTestApi } from '@device-supervisor/api/testing';

// Fakes; the supervisor's parts are made in apps/supervisor/src/api/open-api.ts.
const { device, logs, host, tags, locks } = createTestApi();
const keys = { find: () => null, regenerate: () => null };
const page = { read: async () => null };
// #region readme
import { createApi } from '@device-supervisor/api';

const api = createApi({
  device,
  logs,
  host,
  tags,
  locks,
  keys,
  page,
  version: '17.0.0',
  requiresKey: () => false,
  onError: (error, request) => console.error(request?.id, error),
});
const server = await api.listen({ port: 0, allow: ['127.0.0.1'] }); // 48484 on a device
const answer = await fetch(`http://127.0.0.1:${server.port}/ping`);
console.log(await answer.text()); // OK
await server[Symbol.asyncDispose]();
api[Symbol.dispose]();
// #endregion
