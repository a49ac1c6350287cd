import { SupervisorError } from '@device-supervisor/errors';
import { describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from './testing/test-api.ts';
import { FakeDevice } from './testing/fake-device.ts';
import { RequestTimeoutError } from './errors.ts';

class DiskFullError extends SupervisorError<'DISK_FULL'> {
  constructor() {
    super('DISK_FULL', 'the disk is full', {
      details: {},
      hint: 'Remove something',
      cause: new Error('ENOSPC: /a/secret/path'),
    });
  }
}

class FailingDevice extends FakeDevice {
  readonly #failure: unknown;

  constructor(failure: unknown) {
    super();
    this.#failure = failure;
  }

  override state(): never {
    throw this.#failure;
  }

  override async setLocalTarget(): Promise<never> {
    throw this.#failure;
  }
}

function failingApi(failure: unknown): TestApi {
  return createTestApi({ device: new FailingDevice(failure), requiresKey: () => false });
}

const requests = [
  ['a handler that answers at once', '/v2/state/status', {}],
  ['a handler that waits', '/v2/local/target-state', { method: 'POST', body: { local: { apps: {} } } }],
] as const;

describe.each(requests)('a failure of ours in %s', (_, path, options) => {
  it('is a 503 that shows none of our insides, and is reported', async () => {
    const failure = new TypeError("Cannot read properties of undefined (reading 'id')");
    const { request, errors } = failingApi(failure);
    const response = await request(path, options);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'failed',
      message: 'internal error; see the logs of the supervisor',
    });
    expect(errors).toEqual([failure]);
  });

  it('shows the message and hint of an error that was made for readers, without its causes', async () => {
    const failure = new DiskFullError();
    const { request, errors } = failingApi(failure);
    const response = await request(path, options);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'failed', message: 'the disk is full. Remove something' });
    expect(errors).toEqual([failure]);
  });
});

it('more tags than the device keeps for its cloud are a 413 with the reason, and no fault', async () => {
  class TooManyTagsError extends SupervisorError<'TOO_MANY_TAGS'> {}
  const failure = new TooManyTagsError('TOO_MANY_TAGS', 'there are too many', { details: {} });
  const tags = { list: async () => [], set: () => Promise.reject(failure) };
  const { request, errors } = createTestApi({ tags, requiresKey: () => false });
  const response = await request('/v2/device/tags', { method: 'PATCH', body: { room: 'kitchen' } });
  expect(response.status).toBe(413);
  expect(await response.json()).toEqual({ status: 'failed', message: 'there are too many' });
  expect(errors).toEqual([]);
});

describe('a request that takes too long', () => {
  it('is a 503, and what fails afterwards is reported', async () => {
    const device = new FakeDevice();
    const gate = Promise.withResolvers<void>();
    device.gate = gate.promise;
    const { request, errors } = createTestApi({ device, requiresKey: () => false, requestTimeout: 10 });
    const response = await request('/v2/local/target-state', { method: 'POST', body: { local: { apps: {} } } });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'failed', message: 'the request took longer than 0.01 s' });
    const failure = new Error('later');
    gate.reject(failure);
    await expect.poll(() => errors).toEqual([expect.any(RequestTimeoutError), failure]);
  });
});
