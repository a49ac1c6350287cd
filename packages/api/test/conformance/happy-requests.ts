import { expect } from 'vitest';
import { HOLDER, MULTI, SINGLE, type Given } from './world.ts';

/** A request that succeeds. */
export interface Happy {
  readonly given?: readonly Given[];
  readonly path?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
}

export const OK = { status: 'success' };
export const DATA_OK = { Data: 'OK', Error: '' };

/** A request to each route that succeeds with the device's key. */
export const HAPPY: Readonly<Record<string, Happy>> = {
  'GET /': { answer: expect.stringContaining('<!doctype html>') },
  'GET /page/:file': { path: '/page/page.js', answer: expect.any(String) },
  'GET /ping': { answer: 'OK' },
  'GET /v1/healthy': { answer: 'OK' },
  'POST /v1/regenerate-api-key': { answer: expect.stringMatching(/^\S+$/) },
  'POST /v1/update': { status: 204, answer: '' },
  'POST /v1/blink': { answer: 'OK' },
  'POST /v1/reboot': { status: 202, answer: DATA_OK },
  'POST /v1/shutdown': { status: 202, answer: DATA_OK },
  'GET /v1/device/host-config': { answer: { network: { hostname: expect.any(String) } } },
  'PATCH /v1/device/host-config': { body: { network: { hostname: 'newhostname' } }, answer: 'OK' },
  'GET /v1/device': {
    answer: expect.objectContaining({ status: 'Idle', commit: 'commit-of-single', update_pending: false }),
  },
  'POST /v1/purge': { body: { appId: SINGLE.id }, answer: DATA_OK },
  'POST /v1/restart': { body: { appId: SINGLE.id }, answer: 'OK' },
  'POST /v1/apps/:appId/stop': { answer: { containerId: expect.any(String) } },
  'POST /v1/apps/:appId/start': { answer: { containerId: expect.any(String) } },
  'GET /v1/apps/:appId': {
    answer: expect.objectContaining({
      appId: SINGLE.id,
      commit: 'commit-of-single',
      releaseId: 7,
      env: expect.objectContaining({ GREETING: 'hello' }),
    }),
  },
  'GET /v2/state/status': {
    answer: expect.objectContaining({
      status: 'success',
      appState: 'applied',
      overallDownloadProgress: null,
      release: 'commit-of-single',
    }),
  },
  'GET /v2/applications/state': {
    answer: {
      single: expect.objectContaining({ appId: SINGLE.id, updateStatus: 'done' }),
      multi: expect.objectContaining({ appId: MULTI.id, updateStatus: 'done' }),
    },
  },
  'GET /v2/applications/:appId/state': {
    answer: {
      local: { [SINGLE.id]: { services: { 11: { status: 'Running', releaseId: 7, download_progress: null } } } },
      commit: 'commit-of-single',
    },
  },
  'GET /v2/containerId': {
    answer: {
      ...OK,
      services: { main: expect.any(String), web: expect.any(String), db: expect.any(String) },
    },
  },
  'POST /v2/applications/:appId/restart-service': { body: { serviceName: 'main' }, answer: 'OK' },
  'POST /v2/applications/:appId/stop-service': { body: { serviceName: 'main' }, answer: 'OK' },
  'POST /v2/applications/:appId/start-service': { body: { serviceName: 'main' }, answer: 'OK' },
  'POST /v2/applications/:appId/restart': { answer: 'OK' },
  'POST /v2/applications/:appId/purge': { answer: 'OK' },
  'GET /v2/version': { answer: { ...OK, version: '17.0.0' } },
  'GET /v2/device/name': { answer: { ...OK, deviceName: 'bench' } },
  'GET /v2/device/tags': { answer: { ...OK, tags: [{ id: 188_303, name: 'DeviceLocation', value: 'warehouse #3' }] } },
  'PATCH /v2/device/tags': { body: { place: 'shelf 3' }, status: 202, answer: OK },
  'GET /v2/device/vpn': { answer: { ...OK, vpn: { enabled: true, connected: false } } },
  'GET /v2/local/target-state': {
    answer: expect.objectContaining({ state: { local: expect.objectContaining({ name: 'bench' }) } }),
  },
  'POST /v2/local/target-state': { answer: { ...OK, message: 'OK' } },
  'GET /v2/local/device-info': { answer: { ...OK, info: { arch: 'amd64', deviceType: 'generic-amd64' } } },
  'GET /v2/local/logs': { answer: '{"message":"Streaming logs","isSystem":true}\n' },
  'GET /v2/cleanup-volumes': { answer: OK },
  'POST /v2/journal-logs': { answer: expect.stringContaining('hello') },
  'GET /v3/openapi.json': { answer: expect.objectContaining({ openapi: '3.1.0' }) },
  'GET /v3/docs': { answer: expect.stringContaining('<!doctype html>') },
  'GET /v3/device': { answer: expect.objectContaining({ ...OK, name: 'bench', localMode: expect.any(Boolean) }) },
  'GET /v3/usage': { answer: expect.objectContaining({ ...OK, samples: [expect.any(Object)] }) },
  'GET /v3/plan': { answer: { ...OK, operations: [], blocked: [], notices: [] } },
  'POST /v3/plan': { body: { local: { apps: {} } } },
  'GET /v3/state': { answer: expect.objectContaining({ ...OK, applying: false, blocked: [], notices: [] }) },
  'GET /v3/events': { answer: ': device-supervisor\n\n' },
  'GET /v3/metrics': { answer: expect.stringContaining('supervisor_applying 0') },
  'GET /v3/locks': { answer: { ...OK, locks: [] } },
  'POST /v3/apps/:uuid/locks/:service': {
    path: `/v3/apps/${SINGLE.uuid}/locks/main`,
    body: { holder: HOLDER, reason: 'measuring', ttlSeconds: 60 },
    answer: expect.objectContaining({ lock: expect.objectContaining({ service: 'main', holder: HOLDER }) }),
  },
  'DELETE /v3/apps/:uuid/locks/:service': {
    given: ['lock taken'],
    path: `/v3/apps/${SINGLE.uuid}/locks/main?holder=${HOLDER}`,
    answer: OK,
  },
  'GET /v3/health/live': { answer: { healthy: true } },
  'GET /v3/health/ready': { answer: { healthy: true } },
  'POST /v3/diagnostics': {},
  'GET /v3/health/detail': { answer: expect.objectContaining({ healthy: true, ready: true, engineConnected: true }) },
};

/** Routes that show a key of `multi` less than the device's key, or nothing of another app. */
export const REDACTED: Readonly<Record<string, unknown>> = {
  'GET /v1/device': expect.objectContaining({ commit: 'commit-of-multi' }),
  'GET /v2/state/status': expect.objectContaining({ release: 'commit-of-multi' }),
  'GET /v2/applications/state': { multi: expect.objectContaining({ appId: MULTI.id }) },
  'GET /v2/containerId': { ...OK, services: { web: expect.any(String), db: expect.any(String) } },
  'GET /v2/local/target-state': {
    ...OK,
    state: { local: expect.objectContaining({ apps: { [MULTI.id]: expect.objectContaining({ name: 'multi' }) } }) },
  },
};
