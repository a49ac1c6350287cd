import { SupervisorError } from '@device-supervisor/errors';
import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY, type TestApi } from '../../testing/test-api.ts';

class JournalError extends SupervisorError {
  constructor(code: string, message: string) {
    super(code, message, { details: {} });
  }
}

async function post({ request }: TestApi, body: unknown, key = GLOBAL_KEY): Promise<Response> {
  return request('/v2/journal-logs', { method: 'POST', key, body });
}

describe('POST /v2/journal-logs', () => {
  it('is the journal as text, to its end', async () => {
    const api = createTestApi();
    api.host.lines = ['one\n', 'two\n'];
    const response = await post(api, {});
    expect(response.headers.get('content-type')).toBe('text/plain; charset=UTF-8');
    expect(await response.text()).toBe('one\ntwo\n');
    expect(api.host.journalRequests).toEqual([{ all: false, follow: false }]);
    expect(api.host.journalsOpen).toBe(0);
  });

  it('hands every option on, as numbers and flags in any spelling', async () => {
    const api = createTestApi();
    const body = { all: '1', count: '20', unit: 'docker.service', format: 'json', since: 'yesterday', until: 'today' };
    await (await post(api, body)).text();
    expect(api.host.journalRequests).toEqual([
      {
        all: true,
        follow: false,
        lines: 20,
        unit: 'docker.service',
        format: 'json',
        since: 'yesterday',
        until: 'today',
      },
    ]);
  });

  it.each([
    ['0123456789ab', { containerId: '0123456789ab' }],
    ['balena_supervisor', { identifier: 'balena_supervisor' }],
  ])('takes %s for the id or the tag of a container', async (containerId, expected) => {
    const api = createTestApi();
    await (await post(api, { containerId })).text();
    expect(api.host.journalRequests[0]).toMatchObject(expected);
  });

  it('goes on while it follows, and ends when the client leaves', async () => {
    const api = createTestApi();
    const reader = (await post(api, { follow: true })).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('hello');
    expect(api.host.journalsOpen).toBe(1);
    const waiting = reader?.read();
    await reader?.cancel();
    expect(await waiting).toMatchObject({ done: true });
    await expect.poll(() => api.host.journalsOpen).toBe(0);
  });

  it('answers at once when there is nothing to say yet', async () => {
    const api = createTestApi();
    api.host.lines = [];
    const response = await post(api, { follow: true });
    expect(response.status).toBe(200);
    await response.body?.cancel();
    await expect.poll(() => api.host.journalsOpen).toBe(0);
  });

  it.each([
    [new JournalError('JOURNAL_OPTION_INVALID', 'format must be one of short, json'), 400, /format must be/],
    [new JournalError('JOURNAL_FAILED', 'exit code 1: Failed to parse timestamp: x'), 400, /^since, until/],
    [new JournalError('JOURNAL_UNAVAILABLE', 'cannot run journalctl'), 503, /cannot run/],
  ])('reports the failure: %s', async (error, status, message) => {
    const api = createTestApi();
    api.host.failure = error;
    const response = await post(api, {});
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ status: 'failed', message: expect.stringMatching(message) });
    expect(api.errors).toHaveLength(status === 503 ? 1 : 0);
  });

  it("shows a service the host's lines and those of its own app's containers", async () => {
    const api = createTestApi();
    await (await post(api, { unit: 'docker.service' }, APP_KEY)).text();
    const [query] = api.host.journalRequests;
    expect(query?.matches).toContainEqual({ CONTAINER_ID_FULL: 'container-1' });
    expect(query?.matches).toContainEqual({ _TRANSPORT: 'kernel' });
    // Containers write to the journal in its own protocol.
    expect(query?.matches?.filter((group) => group['_TRANSPORT'] === 'journal')).toEqual([
      { _TRANSPORT: 'journal', _COMM: 'systemd' },
    ]);
    expect(JSON.stringify(query)).not.toContain('container-3');
  });
});
