import { compileClient } from '@device-supervisor/api-types';
import { expect, it } from 'vitest';
import { createTestApi, GLOBAL_KEY } from '../testing/test-api.ts';

const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './api.d.ts';

const [, , baseUrl = '', key = ''] = process.argv;
const client = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${key}\` } });

const status = await client.GET('/v2/state/status');
const containers: readonly string[] = status.data?.containers.map(({ serviceName }) => serviceName) ?? [];
const restarted = await client.POST('/v2/applications/{appId}/restart-service', {
  params: { path: { appId: '1' } },
  body: { serviceName: 'main', force: true },
  parseAs: 'text',
});
const unknown = await client.GET('/v2/applications/{appId}/state', { params: { path: { appId: '99' } } });
console.log(JSON.stringify([containers, restarted.data, unknown.response.status, unknown.error]));
`;

it('a client that is generated from the document compiles, and works', async () => {
  const { api, request, device } = createTestApi();
  const document = await (await request('/v3/openapi.json')).text();
  await using server = await api.listen({ port: 0, host: '127.0.0.1' });
  await using client = await compileClient(document, PROGRAM);
  expect(client.faults).toBe('');
  const printed = await client.run(`http://127.0.0.1:${server.port}`, GLOBAL_KEY);
  expect(JSON.parse(printed)).toEqual([
    ['main'],
    'OK',
    409,
    { status: 'failed', message: 'Application ID does not exist: 99' },
  ]);
  expect(device.actions).toEqual(['restartService 1 main force']);
});

it('and one that asks for what is not there does not compile', async () => {
  const document = await (await createTestApi().request('/v3/openapi.json')).text();
  const wrong = PROGRAM.replace("'/v2/state/status'", "'/v2/state/nothing'").replace(
    "serviceName: 'main'",
    'serviceName: 5',
  );
  await using client = await compileClient(document, wrong);
  expect(client.faults).toMatch(/'containers' does not exist/);
  expect(client.faults).toMatch(/'number' is not assignable to type 'string'/);
});
