import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FakeDevice, TWO_APPS } from './testing/fake-device.ts';
import { createTestApi } from './testing/test-api.ts';
import type { ApplyOptions, DeviceState } from '@device-supervisor/device';
import type { TargetState } from '@device-supervisor/state';

const CapturedRequest = z.object({
  capture: z.string(),
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  status: z.number(),
  resp: z.string(),
});
type CapturedRequest = z.infer<typeof CapturedRequest>;

const requests = readFileSync(new URL('../test/captures/client-requests.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => CapturedRequest.parse(JSON.parse(line)));

describe.each([...new Set(requests.map(({ capture }) => capture))])('the public command-line client: %s', (capture) => {
  it('gets the answers that it got from the device it was recorded with', async () => {
    const api = createTestApi({ device: new ApplyingDevice(), requiresKey: () => false });
    await using server = await api.api.listen({ port: 0, host: '127.0.0.1' });
    const own = requests.filter((request) => request.capture === capture);
    expect(own.length).toBeGreaterThan(4);
    for (const request of own) {
      const { status, body } = await send(request, server.port);
      expect([request.url, status]).toEqual([request.url, request.status]);
      expectSameShape(body, request.resp, request.url);
    }
    expect(api.errors).toEqual([]);
  });
});

/** Runs each service of its target as soon as it is asked once whether it does. */
class ApplyingDevice extends FakeDevice {
  override currentState: DeviceState = { ...TWO_APPS, apps: [], images: [], overallDownloadProgress: null };

  override async setLocalTarget(target: TargetState, options?: ApplyOptions): Promise<void> {
    await super.setLocalTarget(target, options);
    const [template] = TWO_APPS.apps.flatMap(({ services }) => services);
    if (template === undefined) throw new Error('the fixture has no service');
    const apps = Object.values(target.apps).map(({ id, uuid, name, release }) => ({
      id,
      uuid,
      name,
      commit: release?.commit ?? null,
      updateStatus: 'done' as const,
      services: Object.values(release?.services ?? {}).map((service) => ({ ...template, name: service.name })),
    }));
    this.currentState = { ...this.currentState, apps };
  }
}

async function send(request: CapturedRequest, port: number): Promise<{ status: number; body: string }> {
  const { 'content-length': _, 'sec-fetch-mode': __, ...headers } = request.headers;
  const response = await fetch(`http://127.0.0.1:${port}${request.url}`, {
    method: request.method,
    headers,
    ...(request.body === '' ? {} : { body: request.body }),
  });
  if (!request.url.startsWith('/v2/local/logs')) return { status: response.status, body: await response.text() };
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  expect(Buffer.from(first?.value ?? []).toString()).toBe('{"message":"Streaming logs","isSystem":true}\n');
  return { status: response.status, body: request.resp };
}

/** Every field that the client was given is there, with a value of the same type. */
function expectSameShape(actual: string, recorded: string, url: string): void {
  expect(fieldsOf(actual, url)).toEqual(expect.arrayContaining(fieldsOf(recorded, url)));
}

/** Of text that is not JSON, the text. */
function fieldsOf(answer: string, url: string): string[] {
  return answer.startsWith('{') ? flatten(JSON.parse(answer), url) : [answer];
}

/** `name: type` of every field; of a list that of its entries. */
function flatten(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  if (Array.isArray(value)) return [`${path}: list`, ...new Set(value.flatMap((one) => flatten(one, `${path}[]`)))];
  return Object.entries(value).flatMap(([name, field]) => (IGNORED.has(name) ? [] : flatten(field, `${path}.${name}`)));
}

/**
 * Of the stand-in alone: it knew a format older than ours, sent back apps as it had got them (which `state` tests), and
 * named its release before it had one.
 */
const IGNORED = new Set(['dependent', 'config', 'apps', 'release']);
