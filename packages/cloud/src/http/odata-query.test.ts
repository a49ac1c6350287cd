import { startCloudStub } from '@device-supervisor/testbed';
import { expect, it } from 'vitest';
import { fetchTags } from '../tags/request-tags.ts';
import { createCloudHttp } from './cloud-http.ts';
import { odataQuery } from './odata-query.ts';

it('writes slashes and commas as they are, and encodes what a value brings along', () => {
  expect(odataQuery({ select: ['id', 'tag_key'], filter: ['device/uuid', "a'b c"] })).toBe(
    "$select=id,tag_key&$filter=device/uuid%20eq%20'a''b%20c'",
  );
});

it('is understood by a server that refuses every other escape', async () => {
  await using stub = await startCloudStub();
  const device = stub.createDevice(stub.createFleet());
  device.tags.set('room', { id: 7, key: 'room', value: 'kitchen' });
  using http = createCloudHttp({ endpoint: stub.endpoint, userAgent: 'test' });
  const { signal } = new AbortController();
  expect(await fetchTags(http, { uuid: device.uuid, key: device.key, signal })).toEqual([
    { id: 7, name: 'room', value: 'kitchen' },
  ]);
});
