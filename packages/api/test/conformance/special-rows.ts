import { expect } from 'vitest';
import { DATA_OK, OK } from './happy-requests.ts';
import { DENIED, failure, type Row } from './row.ts';
import { MULTI, SINGLE, UNKNOWN_APP, type WorldRequest } from './world.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
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

const TAGS = '/v2/device/tags';
const TAG_ROWS: readonly Row[] = [
  row(
    'takes them from a service of a device without a cloud',
    { method: 'PATCH', path: TAGS, body: { place: 'shelf 3' } },
    { status: 202, body: OK, key: 'single' },
  ),
  row(
    'wants keys without white space',
    { method: 'PATCH', path: TAGS, body: { 'a b': 'c' } },
    failure('', 400, /white space/),
  ),
  row('wants texts', { method: 'PATCH', path: TAGS, body: { a: 5 } }, failure('', 400, /^a: must be a string/)),
];

/** Rows of one route each: unknown ids, missing fields, locks, force, several containers. */
export const SPECIAL: Readonly<Record<string, readonly Row[]>> = {
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
    row('needs a key also when none is required', post('/v1/regenerate-api-key'), {
      ...DENIED,
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
      'takes names in noProxy',
      {
        method: 'PATCH',
        path: '/v1/device/host-config',
        body: {
          network: { proxy: { type: 'socks5', ip: '10.0.0.1', port: 1080, noProxy: ['example.com', '10.0.0.0/8'] } },
        },
      },
      done(),
    ),
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
  'GET /v2/state/status': [
    row(
      'shows the first app alone',
      { method: 'GET', path: '/v2/state/status' },
      done(
        expect.objectContaining({
          containers: [expect.objectContaining({ appId: SINGLE.id, serviceName: 'main' })],
          release: 'commit-of-single',
        }),
      ),
    ),
  ],
  'PATCH /v2/device/tags': TAG_ROWS,
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
      'does not show a service of another app',
      { method: 'GET', path: '/v2/containerId?service=main' },
      { status: 503, body: expect.anything(), key: 'multi' },
    ),
  ],
  'POST /v2/applications/:appId/restart-service': serviceRows('restart-service'),
  'POST /v2/applications/:appId/stop-service': serviceRows('stop-service'),
  'POST /v2/applications/:appId/start-service': serviceRows('start-service'),
  'POST /v2/applications/:appId/restart': appRows('restart'),
  'POST /v2/applications/:appId/purge': appRows('purge'),
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
