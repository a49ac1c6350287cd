import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Delta, DeltaQuestion } from '@device-supervisor/device';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../index.ts';
import { refuse, startScriptedEngine, type ReceivedRequest, type ScriptedEngine } from '../testing/scripted-engine.ts';

const SOURCE = 'registry.local/web:1';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const DESTINATION = `registry.local/web@${DIGEST}`;
const DELTA: Delta = {
  reference: 'registry.local/web:delta-0123',
  auth: { registryToken: 'delta-token' },
  timeout: null,
};

/** The name by which the destination is held. */
const HELD = `device-supervisor-delta:${createHash('sha256').update(DESTINATION).digest('hex').slice(0, 16)}`;

let scripted: ScriptedEngine;
let engine: Engine;
let clock: FakeClock;
let questions: Pick<DeltaQuestion, 'source' | 'destination'>[];
let resolve: () => Promise<Delta | null>;
/** The engine's answers to pulls, by tag or digest. */
let pulls: Record<string, object[]>;
/** Images whose delta was reported as unusable. */
let failures: string[];

const done = { status: 'Status: done' };
const signal = new AbortController().signal;

beforeEach(async () => {
  questions = [];
  failures = [];
  clock = createFakeClock();
  resolve = async () => DELTA;
  pulls = { 'delta-0123': [done], [DIGEST]: [done] };
  scripted = await startScriptedEngine({
    'POST /images/delta': (response) => refuse(response, 404, 'No such image: '),
    'POST /images/create': (response, { query }) => {
      const lines = pulls[query.get('tag') ?? ''] ?? [];
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    },
    [`GET /images/${DESTINATION}/json`]: { Id: 'sha256:1', RepoDigests: [DESTINATION] },
    [`POST /images/${DELTA.reference}/tag`]: {},
    [`DELETE /images/${DELTA.reference}`]: [],
    [`DELETE /images/${HELD}`]: [],
    'GET /images/json': [{ Id: 'sha256:2', RepoTags: ['web:1', 'device-supervisor-delta:left'], RepoDigests: [] }],
  });
  engine = createEngine({
    endpoint: scripted.endpoint,
    clock,
    onDeltaFailure: (reference) => failures.push(reference),
    deltas: {
      resolve({ source, destination }) {
        questions.push({ source, destination });
        return resolve();
      },
    },
  });
});

afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

function pull(): Promise<void> {
  return engine.pullImage(DESTINATION, { signal, onProgress: () => undefined, deltaSource: SOURCE });
}

/** The pulled and removed images, in order. */
function steps(): string[] {
  return scripted.requests.flatMap(({ method, path, query }) => {
    if (path === '/images/create') return [`pull ${query.get('tag')}`];
    if (path.endsWith('/tag')) return [`name ${query.get('repo')}:${query.get('tag')}`];
    return method === 'DELETE' ? [`remove ${path}`] : [];
  });
}

function authOf(request: ReceivedRequest | undefined): unknown {
  const header = request?.headers['x-registry-auth'];
  return header === undefined ? null : JSON.parse(Buffer.from(String(header), 'base64url').toString());
}

describe('a pull with an image to start from', () => {
  it('fetches the delta with its token, holds what it gave under another name, pulls the image, and lets go', async () => {
    await pull();
    expect(questions).toEqual([{ source: SOURCE, destination: DESTINATION }]);
    expect(steps()).toEqual([
      'remove /images/device-supervisor-delta:left',
      'pull delta-0123',
      `name ${HELD}`,
      `remove /images/${DELTA.reference}`,
      `pull ${DIGEST}`,
      `remove /images/${HELD}`,
    ]);
    const [delta, whole] = scripted.requests.filter(({ path }) => path === '/images/create');
    expect(authOf(delta)).toEqual({ registrytoken: 'delta-token' });
    expect(authOf(whole)).toBeNull();
  });

  it.each([
    ['there is no delta', null, []],
    ['the engine cannot put it together', DELTA, [{ error: 'failed to register layer: delta base not found' }]],
    ['the registry does not have it', DELTA, [{ error: 'manifest unknown' }]],
  ])('fetches the image whole when %s', async (_, delta, lines) => {
    resolve = async () => delta;
    pulls['delta-0123'] = lines;
    await pull();
    expect(steps().at(-1)).toBe(`pull ${DIGEST}`);
    expect(failures).toEqual(lines.map(() => DESTINATION));
  });

  it('fetches the image whole when the delta takes longer than it may', async () => {
    resolve = async () => ({ ...DELTA, timeout: 60_000 });
    scripted.answers['POST /images/create'] = (response, { query }) => {
      if (query.get('tag') === DIGEST) response.end(`${JSON.stringify(done)}\n`);
      // Of the delta nothing comes but a sign of life.
      else response.write(`${JSON.stringify({ status: 'Pulling' })}\n`, () => clock.advance(60_000));
    };
    await pull();
    expect(steps().filter((step) => step.startsWith('pull'))).toEqual(['pull delta-0123', `pull ${DIGEST}`]);
    expect(failures).toEqual([DESTINATION]);
  });

  it('fails, to be tried again, when the delta cannot be had now', async () => {
    resolve = async () => Promise.reject(new Error('the service is busy'));
    await expect(pull()).rejects.toThrow('the service is busy');
    expect(steps().some((step) => step.startsWith('pull'))).toBe(false);
  });

  it('keeps what it has of the delta when the registry cannot be reached afterwards', async () => {
    pulls[DIGEST] = [{ error: 'dial tcp: lookup registry.local: no such host' }];
    await expect(pull()).rejects.toMatchObject({ details: { reason: 'unreachable' } });
    expect(steps().at(-1)).toBe(`pull ${DIGEST}`);
  });

  it('takes away what it made of a delta that gave another image', async () => {
    scripted.answers[`GET /images/${DESTINATION}/json`] = { Id: 'sha256:1', RepoDigests: [] };
    await expect(pull()).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
    expect(steps().at(-1)).toBe(`remove /images/${HELD}`);
  });

  it('does not fail for a name that cannot be taken away', async () => {
    for (const name of [DELTA.reference, HELD]) {
      scripted.answers[`DELETE /images/${name}`] = (response) => refuse(response, 500, 'busy');
    }
    await pull();
    expect(steps().at(-1)).toBe(`remove /images/${HELD}`);
  });

  it('looks again for names that an earlier process left when it could not', async () => {
    const images = scripted.answers['GET /images/json'] ?? [];
    scripted.answers['GET /images/json'] = (response) => response.destroy();
    await expect(pull()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    scripted.answers['GET /images/json'] = images;
    await pull();
    expect(steps()[0]).toBe('remove /images/device-supervisor-delta:left');
  });

  it('looks once for names that an earlier process left', async () => {
    await pull();
    await pull();
    expect(steps().filter((step) => step.endsWith(':left'))).toHaveLength(1);
  });

  it('asks an engine once whether it knows deltas, and for none when it does not', async () => {
    scripted.answers['POST /images/delta'] = (response) => refuse(response, 404, 'page not found');
    await pull();
    await pull();
    expect(questions).toEqual([]);
    expect(steps()).toEqual([`pull ${DIGEST}`, `pull ${DIGEST}`]);
    expect(scripted.requests.filter(({ path }) => path === '/images/delta')).toHaveLength(1);
  });

  it('fetches three deltas at a time', async () => {
    const open: (() => void)[] = [];
    scripted.answers['POST /images/create'] = (response, { query }) => {
      if (query.get('tag') === 'delta-0123') open.push(() => response.end());
      else response.end();
    };
    const all = Promise.all(Array.from({ length: 7 }, pull));
    for (const expected of [3, 3, 1]) {
      while (open.length < expected) await setImmediate();
      // Further requests would have arrived by now.
      for (let turn = 0; turn < 100; turn++) await setImmediate();
      expect(open).toHaveLength(expected);
      for (const end of open.splice(0)) end();
    }
    await all;
  });

  it('gives the place of one that is given up to the next', async () => {
    const open: (() => void)[] = [];
    scripted.answers['POST /images/create'] = (response, { query }) => {
      if (query.get('tag') === 'delta-0123') open.push(() => response.end());
      else response.end();
    };
    const controller = new AbortController();
    const options = { onProgress: () => undefined, deltaSource: SOURCE };
    const reason = new Error('another target');
    const first = Array.from({ length: 4 }, () =>
      engine.pullImage(DESTINATION, { ...options, signal: controller.signal }).catch((error: unknown) => error),
    );
    while (open.length < 3) await setImmediate();
    const next = pull();
    controller.abort(reason);
    expect(await Promise.all(first)).toEqual([reason, reason, reason, reason]);
    while (open.length < 4) await setImmediate();
    open[3]?.();
    await next;
  });
});
