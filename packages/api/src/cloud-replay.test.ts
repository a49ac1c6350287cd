import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { FakeDevice, TWO_APPS } from './testing/fake-device.ts';
import { createFakeKeys, createTestApi } from './testing/test-api.ts';

/* The device commands of the public client (blink, reboot, restart, stop, start, purge, update, shutdown), as the cloud passes them on. */

const CapturedRequest = z.object({ method: z.string(), url: z.string(), body: z.string() });
const requests = readFileSync(new URL('../test/captures/cloud-requests.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => CapturedRequest.parse(JSON.parse(line)));

/** App, image and key of the device that the requests were recorded with. */
const APP = 6;
const IMAGE = 13;
const KEY = 'a'.repeat(32);

class RecordedDevice extends FakeDevice {
  override currentState = {
    ...TWO_APPS,
    apps: TWO_APPS.apps.slice(0, 1).map((app) => ({
      ...app,
      id: APP,
      services: app.services.slice(0, 1).map((service) => ({ ...service, imageId: IMAGE })),
    })),
  };
}

it('carries out what the cloud passes on', async () => {
  const keys = createFakeKeys();
  const device = new RecordedDevice();
  const api = createTestApi({
    device,
    keys: { ...keys, find: (key) => (key === KEY ? { kind: 'global' } : null) },
  });
  for (const { method, url, body } of requests) {
    const { status } = await api.request(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === '' ? {} : { body }),
    });
    expect([url, status < 300]).toEqual([url, true]);
  }
  expect(device.actions).toEqual([
    `restartApp ${APP}`,
    `restartService ${APP} main`,
    `stopService ${APP} main`,
    `startService ${APP} main`,
    `purgeApp ${APP}`,
    'update',
    'update',
    'update',
    'update',
  ]);
  expect(api.host.actions).toEqual(['blink', 'reboot', 'shutdown']);
  expect(api.errors).toEqual([]);
});
