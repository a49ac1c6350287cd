import { createAuthority, startCloudStub } from '@device-supervisor/testbed';
import { systemClock } from '@device-supervisor/primitives/system-clock';
import { expect, it } from 'vitest';
import { createCloudHttp } from './cloud-http.ts';
import { compareClocks } from './compare-clocks.ts';

const DAY = 86_400_000;
const { signal } = new AbortController();
const REQUEST = { method: 'GET', path: '/x', key: null, signal } as const;

/** The machine's, by so many milliseconds ahead. */
function clockAhead(by: () => number): { now(): number; monotonic(): number } {
  return { now: () => Date.now() + by(), monotonic: () => systemClock.monotonic() };
}

it('knows nothing before the cloud has answered, and has no doubt of a clock that agrees', async () => {
  await using stub = await startCloudStub();
  using plain = createCloudHttp({ endpoint: stub.endpoint, userAgent: 'Supervisor/1' });
  let by = 400 * DAY;
  const { http, doubt } = compareClocks(
    plain,
    clockAhead(() => by),
  );
  expect(doubt()).toBeNull();
  by = 60_000;
  expect(await http.request(REQUEST)).toMatchObject({ status: 404 });
  expect(doubt()).toBeNull();
});

it.each([365 * DAY, -365 * DAY])('doubts a clock that is set by %d ms, until it is right again', async (offset) => {
  await using stub = await startCloudStub();
  using plain = createCloudHttp({ endpoint: stub.endpoint, userAgent: 'Supervisor/1' });
  let by = 0;
  const { http, doubt } = compareClocks(
    plain,
    clockAhead(() => by),
  );
  await http.request(REQUEST);
  by = offset;
  expect(doubt()).toEqual({ kind: 'offset', ahead: expect.closeTo(offset, -4) });
  await http.request(REQUEST);
  expect(doubt()).toMatchObject({ kind: 'offset' });
  by = 0;
  expect(doubt()).toBeNull();
});

it('doubts a clock by which the certificate of the cloud has expired, until the cloud answers', async () => {
  await using authority = await createAuthority();
  await using stub = await startCloudStub({ tls: await authority.issue({ hasExpired: true }) });
  const options = { endpoint: stub.endpoint, userAgent: 'Supervisor/1', rootCertificate: authority.certificate };
  using plain = createCloudHttp(options);
  const { http, doubt } = compareClocks(plain, systemClock);
  await expect(http.request(REQUEST)).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  expect(doubt()).toEqual({ kind: 'certificate', reason: expect.stringContaining('expired') });
  stub.present(await authority.issue());
  await http.request(REQUEST);
  expect(doubt()).toBeNull();
});
