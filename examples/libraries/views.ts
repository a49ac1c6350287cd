import { createTestApi, GLOBAL_KEY } from '@device-supervisor/api/testing';

const { api } = createTestApi();
const server = await api.listen({ port: 0, allow: ['127.0.0.1'] });
const address = `http://127.0.0.1:${server.port}`;
const key = GLOBAL_KEY;
// #region readme
import { createApiClient, dataOf } from '@device-supervisor/api-client';
import { createPaint, formatPlan, formatState } from '@device-supervisor/views';

const { http } = createApiClient({ address, key: () => key });
const paint = createPaint(process.stdout);
const state = formatState(await dataOf(http.GET('/v3/state')), { paint, now: Date.now() });
const plan = formatPlan(await dataOf(http.GET('/v3/plan')), paint);
console.log([...state, '', ...plan].join('\n'));
// #endregion
await server[Symbol.asyncDispose]();
api[Symbol.dispose]();
