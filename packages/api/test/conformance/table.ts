import { expect } from 'vitest';
import type { Route } from '../../src/routes/route.ts';
import { HOLDER, MULTI, SINGLE, UNKNOWN_APP, worldTarget, type Given, type World, type WorldRequest } from './world.ts';

/** One expectation: what is asked, and what comes back. */
export interface Row {
  readonly name: string;
  readonly given: readonly Given[];
  readonly request: Omit<WorldRequest, 'key'>;
  /** Whose key is sent. */
  readonly key: keyof World['keys'] | 'none' | 'wrong';
  readonly status: number;
  /** A matcher, or the value itself; absent: the document says enough. */
  readonly body?: unknown;
}

interface Happy {
  readonly given?: readonly Given[];
  readonly path?: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
const OK = { status: 'success' };
const DATA_OK = { Data: 'OK', Error: '' };
const single = (path: string): string => path.replace(':appId', String(SINGLE.id)).replace(':uuid', SINGLE.uuid);

/** A request to each route that succeeds with the device's key. */
const HAPPY: Readonly<Record<string, Happy>> = {
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
  'GET /v3/plan': { answer: { ...OK, operations: [], blocked: [], notices: [] } },
  'POST /v3/plan': { body: { local: { apps: {} } } },
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
  'GET /v3/health/detail': { answer: expect.objectContaining({ healthy: true, ready: true, engineConnected: true }) },
};

/** Routes that show a key of `multi` less than the device's key, or nothing of another app. */
const REDACTED: Readonly<Record<string, unknown>> = {
  'GET /v1/device': expect.objectContaining({ commit: 'commit-of-multi' }),
  'GET /v2/state/status': expect.objectContaining({ release: 'commit-of-multi' }),
  'GET /v2/applications/state': { multi: expect.objectContaining({ appId: MULTI.id }) },
  'GET /v2/containerId': { ...OK, services: { web: expect.any(String), db: expect.any(String) } },
  'GET /v2/local/target-state': {
    ...OK,
    state: { local: expect.objectContaining({ apps: { [MULTI.id]: expect.objectContaining({ name: 'multi' }) } }) },
  },
};

/** Every row of the table, for the routes that there are. */
export function conformanceRows(routes: readonly Route[], image: string): ReadonlyMap<string, readonly Row[]> {
  return new Map(
    routes.map((route) => {
      const name = `${route.method} ${route.path}`;
      return [name, [...generalRows(name, route, image), ...(SPECIAL[name] ?? [])]];
    }),
  );
}

/** Failures that are not JSON of status and message, as deployed clients know them. */
const FORMS: Readonly<Record<string, 'text' | 'data'>> = {
  'POST /v1/purge 400': 'text',
  'POST /v1/restart 400': 'text',
  'POST /v1/apps/:appId/stop 400': 'text',
  'POST /v1/apps/:appId/start 400': 'text',
  'GET /v1/apps/:appId 400': 'text',
  'PATCH /v1/device/host-config 400': 'text',
  'POST /v1/reboot 400': 'data',
  'POST /v1/shutdown 400': 'data',
};

/** The answer to a failure, whose message matches. */
function failure(route: string, status: number, message: RegExp): Pick<Row, 'status' | 'body'> {
  const text = expect.stringMatching(message);
  switch (FORMS[`${route} ${status}`]) {
    case 'text':
      return { status, body: text };
    case 'data':
      return { status, body: { Data: '', Error: text } };
    default:
      return { status, body: { status: 'failed', message: text } };
  }
}

function denied(route: string): Pick<Row, 'status' | 'body'> {
  return {
    status: 401,
    body: route === 'POST /v1/purge' ? { status: 'failed', message: 'Unauthorized' } : 'Unauthorized',
  };
}

/** The rows that every route has. */
function generalRows(name: string, { method, path, scope, input }: Route, image: string): Row[] {
  const happy = HAPPY[name];
  if (happy === undefined) throw new Error(`the conformance table has no request for ${name}`);
  const body = name === 'POST /v2/local/target-state' ? worldTarget(image) : happy.body;
  const request = { method, path: happy.path ?? single(path), ...(body === undefined ? {} : { body }) };
  const works: Row = {
    name: 'works',
    given: happy.given ?? [],
    request,
    key: 'global',
    status: happy.status ?? 200,
    ...(happy.answer === undefined ? {} : { body: happy.answer }),
  };
  const malformed = { ...request, body: '{"force":' };
  return [
    works,
    ...(scope === 'none'
      ? [
          { ...works, name: 'needs no key', key: 'none' as const },
          { ...works, name: 'does not mind a wrong key', key: 'wrong' as const },
        ]
      : [
          { ...works, name: 'refuses without a key', key: 'none' as const, ...denied(name) },
          { ...works, name: 'refuses a wrong key', key: 'wrong' as const, ...denied(name) },
        ]),
    ...otherAppRows(name, scope, works),
    ...(input.body === undefined
      ? []
      : [{ ...works, name: 'refuses malformed JSON', request: malformed, ...failure(name, 400, /JSON/) }]),
    ...(name === 'POST /v1/regenerate-api-key'
      ? []
      : [
          {
            ...works,
            name: 'needs no key when none is required',
            given: [...works.given, 'no key required' as const],
            key: 'none' as const,
          },
        ]),
  ];
}

/** What a key of app `multi` gets where `single` is meant. */
function otherAppRows(name: string, scope: Route['scope'], works: Row): Row[] {
  const refuses = { ...works, name: "refuses another app's key", key: 'multi' as const };
  switch (scope) {
    case 'none':
      return [];
    case 'global':
      return [{ ...refuses, name: "refuses a service's key", ...denied(name) }];
    case 'any-key':
      return [{ ...works, name: "takes a service's key", key: 'multi' }];
    case 'app':
      // Clients know this one as an app that is not there.
      if (name === 'GET /v2/applications/:appId/state')
        return [{ ...refuses, ...failure(name, 409, /does not exist/) }];
      if (NAMES_AN_APP.test(name)) return [{ ...refuses, ...denied(name) }];
      return [{ ...works, name: 'shows a key its own app', key: 'multi', body: REDACTED[name] ?? works.body }];
  }
}

const NAMES_AN_APP = /:appId|:uuid|^POST \/v1\/(purge|restart)$/;
const SINGLE_V2 = `/v2/applications/${SINGLE.id}`;
const MULTI_V2 = `/v2/applications/${MULTI.id}`;
const LOCKED = /lock/i;

function post(path: string, body?: unknown, rest: Partial<WorldRequest> = {}): Row['request'] {
  return { method: 'POST', path, ...(body === undefined ? {} : { body }), ...rest };
}

function row(name: string, request: Row['request'], expected: Pick<Row, 'status' | 'body'> & Partial<Row>): Row {
  return { name, given: [], key: 'global', request, ...expected };
}

const done = (answer: unknown = 'OK'): Pick<Row, 'status' | 'body'> => ({ status: 200, body: answer });
const CONTAINER = { containerId: expect.any(String) };

/** Rows of one route each: unknown ids, missing fields, locks, force, several containers. */
const SPECIAL: Readonly<Record<string, readonly Row[]>> = {
  'POST /v1/update': [
    row('takes a request without body and content type, as the cloud sends it', post('/v1/update'), { status: 204 }),
    row('cancels', post('/v1/update', { cancel: true }), { status: 204 }),
    row(
      'names a field that is wrong',
      post('/v1/update', { force: 'perhaps' }),
      failure('POST /v1/update', 400, /^force: /),
    ),
  ],
  'POST /v1/regenerate-api-key': [
    row('replaces the key of a service', post('/v1/regenerate-api-key'), { ...done(expect.any(String)), key: 'multi' }),
    row('needs a key all the same when none is required', post('/v1/regenerate-api-key'), {
      ...denied(''),
      given: ['no key required'],
      key: 'none',
    }),
  ],
  'POST /v1/purge': [
    row('wants an app', post('/v1/purge', {}), { status: 400, body: 'Invalid or missing appId' }),
    row('wants a number', post('/v1/purge', { appId: 'x' }), { status: 400, body: 'Invalid or missing appId' }),
    row('wants an app without a body too', post('/v1/purge'), { status: 400, body: 'Invalid or missing appId' }),
    row('does not know an app', post('/v1/purge', { appId: UNKNOWN_APP }), failure('POST /v1/purge', 400, /90199/)),
    row('respects locks', post('/v1/purge', { appId: SINGLE.id }), {
      ...failure('POST /v1/purge', 423, LOCKED),
      given: ['locked'],
    }),
    row('is forced', post('/v1/purge', { appId: SINGLE.id, force: 'on' }), { ...done(DATA_OK), given: ['locked'] }),
    row('purges an app with several services', post('/v1/purge', { appId: MULTI.id }), done(DATA_OK)),
  ],
  'POST /v1/restart': [
    row('wants an app', post('/v1/restart', {}), { status: 400, body: 'Missing app id' }),
    row('does not know an app', post('/v1/restart', { appId: UNKNOWN_APP }), failure('POST /v1/restart', 400, /90199/)),
    row('respects locks', post('/v1/restart', { appId: SINGLE.id }), {
      ...failure('POST /v1/restart', 423, LOCKED),
      given: ['locked'],
    }),
    row('is forced', post('/v1/restart', { appId: SINGLE.id, force: true }), { ...done(), given: ['locked'] }),
    row('takes a form', post('/v1/restart', `appId=${SINGLE.id}`, { headers: FORM }), done()),
    row('restarts an app with several services', post('/v1/restart', { appId: MULTI.id }), done()),
  ],
  'POST /v1/apps/:appId/stop': [
    ...singleContainerRows('stop'),
    row('respects locks', post(`/v1/apps/${SINGLE.id}/stop`), {
      ...failure('POST /v1/apps/:appId/stop', 423, LOCKED),
      given: ['locked'],
    }),
    row('is forced', post(`/v1/apps/${SINGLE.id}/stop`, { force: 1 }), { ...done(CONTAINER), given: ['locked'] }),
  ],
  'POST /v1/apps/:appId/start': [
    ...singleContainerRows('start'),
    row('needs no lock', post(`/v1/apps/${SINGLE.id}/start`), { ...done(CONTAINER), given: ['locked'] }),
  ],
  'GET /v1/apps/:appId': [
    row(
      'does not know an app',
      { method: 'GET', path: `/v1/apps/${UNKNOWN_APP}` },
      { status: 400, body: 'App not found' },
    ),
    row(
      'is for one container',
      { method: 'GET', path: `/v1/apps/${MULTI.id}` },
      failure('GET /v1/apps/:appId', 400, /one service only/),
    ),
    row('wants a number', { method: 'GET', path: '/v1/apps/x' }, { status: 400, body: 'Invalid application ID: x' }),
  ],
  'PATCH /v1/device/host-config': [
    row(
      'wants a network',
      { method: 'PATCH', path: '/v1/device/host-config', body: {} },
      { status: 400, body: 'network: is missing' },
    ),
    row(
      'names a field that is wrong',
      { method: 'PATCH', path: '/v1/device/host-config', body: { network: { proxy: { noProxy: 5 } } } },
      { status: 400, body: 'network.proxy.noProxy: must be a list' },
    ),
  ],
  'GET /v2/applications/:appId/state': [
    row(
      'wants a number',
      { method: 'GET', path: '/v2/applications/x/state' },
      failure('', 400, /Invalid application ID: x/),
    ),
    row(
      'does not know an app',
      { method: 'GET', path: `/v2/applications/${UNKNOWN_APP}/state` },
      { status: 409, body: { status: 'failed', message: `Application ID does not exist: ${UNKNOWN_APP}` } },
    ),
    row(
      'shows an app with several services',
      { method: 'GET', path: `${MULTI_V2}/state` },
      done(
        expect.objectContaining({
          local: { [MULTI.id]: { services: { 21: expect.anything(), 22: expect.anything() } } },
        }),
      ),
    ),
  ],
  'GET /v2/containerId': [
    row('finds one', { method: 'GET', path: '/v2/containerId?service=web' }, done({ ...OK, ...CONTAINER })),
    row(
      'finds one by the other name',
      { method: 'GET', path: '/v2/containerId?serviceName=db' },
      done({ ...OK, ...CONTAINER }),
    ),
    row(
      'does not know a service',
      { method: 'GET', path: '/v2/containerId?service=nobody' },
      { status: 503, body: { status: 'failed', message: 'Could not find service with that name' } },
    ),
    row(
      "does not tell a key of another app's service",
      { method: 'GET', path: '/v2/containerId?service=main' },
      { status: 503, body: expect.anything(), key: 'multi' },
    ),
  ],
  'POST /v2/applications/:appId/restart-service': serviceRows('restart-service'),
  'POST /v2/applications/:appId/stop-service': serviceRows('stop-service'),
  'POST /v2/applications/:appId/start-service': serviceRows('start-service'),
  'POST /v2/applications/:appId/restart': appRows('restart'),
  'POST /v2/applications/:appId/purge': appRows('purge'),
  'PATCH /v2/device/tags': [
    row(
      'wants keys without white space',
      { method: 'PATCH', path: '/v2/device/tags', body: { 'a b': 'c' } },
      failure('', 400, /white space/),
    ),
    row(
      'wants texts',
      { method: 'PATCH', path: '/v2/device/tags', body: { a: 5 } },
      failure('', 400, /^a: must be a string/),
    ),
  ],
  'POST /v2/local/target-state': [
    row('wants a target', post('/v2/local/target-state', {}), failure('', 400, /local: is missing/)),
    row(
      'names what is wrong',
      post('/v2/local/target-state', { local: { apps: { x: {} } } }),
      failure('', 400, /local\.apps\.x/),
    ),
    row('is for local mode', post('/v2/local/target-state', { local: { apps: {} } }), {
      ...failure('', 400, /local mode/),
      given: ['managed'],
    }),
  ],
  'POST /v2/journal-logs': [
    row(
      'takes every option',
      post('/v2/journal-logs', { all: true, count: 5, unit: 'docker.service', format: 'short' }),
      { status: 200 },
    ),
    row('names a field that is wrong', post('/v2/journal-logs', { count: 'many' }), failure('', 400, /^count: /)),
  ],
  'POST /v3/plan': [
    row('names what is wrong', post('/v3/plan', { local: { apps: { x: {} } } }), failure('', 400, /local\.apps\.x/)),
    row('wants a target', post('/v3/plan', {}), failure('', 400, /local: is missing/)),
  ],
  'POST /v3/apps/:uuid/locks/:service': [
    row('does not know an app', post('/v3/apps/none/locks/main'), failure('', 404, /none/)),
    row('does not know a service', post(`/v3/apps/${SINGLE.uuid}/locks/nobody`), failure('', 404, /nobody/)),
    row(
      'wants a time',
      post(`/v3/apps/${SINGLE.uuid}/locks/main`, { ttlSeconds: 'x' }),
      failure('', 400, /^ttlSeconds: /),
    ),
    row(
      'wants a short time',
      post(`/v3/apps/${SINGLE.uuid}/locks/main`, { ttlSeconds: 1e9 }),
      failure('', 400, /^ttlSeconds: /),
    ),
    row("does not take another holder's", post(`/v3/apps/${SINGLE.uuid}/locks/main`, { holder: 'other' }), {
      ...failure('', 423, /'test'/),
      given: ['lock taken'],
    }),
  ],
  'DELETE /v3/apps/:uuid/locks/:service': [
    row(
      'does not know a lock',
      { method: 'DELETE', path: `/v3/apps/${SINGLE.uuid}/locks/main?holder=x` },
      failure('', 404, /'x'/),
    ),
  ],
};

function singleContainerRows(action: 'stop' | 'start'): Row[] {
  const route = `POST /v1/apps/:appId/${action}`;
  return [
    row('does not know an app', post(`/v1/apps/${UNKNOWN_APP}/${action}`), failure(route, 400, /App not found/)),
    row('is for one container', post(`/v1/apps/${MULTI.id}/${action}`), failure(route, 400, /one service only/)),
  ];
}

function serviceRows(action: string): Row[] {
  const needsLock = action !== 'start-service';
  return [
    row('wants a service', post(`${SINGLE_V2}/${action}`), failure('', 400, /serviceName or imageId/)),
    row(
      'does not know an app',
      post(`/v2/applications/${UNKNOWN_APP}/${action}`, { serviceName: 'main' }),
      failure('', 404, /90199/),
    ),
    row(
      'does not know a service',
      post(`${SINGLE_V2}/${action}`, { serviceName: 'nobody' }),
      failure('', 404, /nobody/),
    ),
    row('does not know an image', post(`${SINGLE_V2}/${action}`, { imageId: 99 }), failure('', 404, /99/)),
    row(
      'takes an image id, as the cloud sends it',
      post(`${SINGLE_V2}/${action}`, { appId: SINGLE.id, imageId: SINGLE.imageId }),
      done(),
    ),
    row('takes one of several services', post(`${MULTI_V2}/${action}`, { serviceName: 'web' }), {
      ...done(),
      key: 'multi',
    }),
    row('respects locks', post(`${SINGLE_V2}/${action}`, { serviceName: 'main' }), {
      ...(needsLock ? failure('', 423, LOCKED) : done()),
      given: ['locked'],
    }),
    row('is forced', post(`${SINGLE_V2}/${action}`, { serviceName: 'main', force: true }), {
      ...done(),
      given: ['locked'],
    }),
  ];
}

function appRows(action: string): Row[] {
  return [
    row('does not know an app', post(`/v2/applications/${UNKNOWN_APP}/${action}`), failure('', 404, /90199/)),
    row('takes an app with several services', post(`${MULTI_V2}/${action}`), { ...done(), key: 'multi' }),
    row('respects locks', post(`${SINGLE_V2}/${action}`), { ...failure('', 423, LOCKED), given: ['locked'] }),
    row('is forced', post(`${SINGLE_V2}/${action}`, { force: true }), { ...done(), given: ['locked'] }),
  ];
}
