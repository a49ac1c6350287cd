import { setImmediate } from 'node:timers/promises';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import type { DeviceReport } from '@device-supervisor/state';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloudUnreachableError } from '../errors.ts';
import type { CloudAnswer, CloudRequest } from '../http/cloud-http.ts';
import { startReporter, type Reporter } from './reporter.ts';

const APPS = { app: { releases: { commit: { update_status: 'done', services: {} } } } };

let clock: FakeClock;
let reporter: Reporter | null;
let now: DeviceReport;
let sent: unknown[];
let said: string[];
let remembered: DeviceReport | null;
let answer: (request: CloudRequest) => Partial<CloudAnswer> | Error;

beforeEach(() => {
  clock = createFakeClock();
  [now, sent, said, remembered, reporter] = [{ status: 'Idle' }, [], [], null, null];
  answer = () => ({ status: 200 });
});
afterEach(() => reporter?.[Symbol.asyncDispose]());

async function start(): Promise<Reporter> {
  reporter = startReporter({
    http: {
      async request(request) {
        sent.push(request.json);
        const given = answer(request);
        if (given instanceof Error) throw given;
        return { status: 200, headers: {}, body: '', ...given };
      },
      [Symbol.dispose]: () => undefined,
    },
    uuid: 'd0',
    key: 'key',
    clock,
    random: () => 0,
    interval: () => 60_000,
    compose: async () => now,
    memory: {
      load: async () => remembered,
      async save(_, report) {
        remembered = report;
      },
    },
    say: (message) => void said.push(message),
  });
  await settle();
  return reporter;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}

async function pass(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await settle();
}

/** Second by second: what is waited for next begins when the wait before it ends. */
async function passSteadily(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1000) await pass(1000);
}

/** The reports since the last call. */
function take(): unknown[] {
  return sent.splice(0);
}

describe('startReporter', () => {
  it('tells everything at first, then only what changed, and nothing when nothing did', async () => {
    now = { status: 'Idle', api_port: 1, apps: APPS };
    const { changed } = await start().then((one) => ({ changed: () => one.changed() }));
    expect(take()).toEqual([{ d0: now }]);
    changed();
    await pass(20_000);
    expect(take()).toEqual([]);
    now = { ...now, api_port: 2 };
    changed();
    await pass(1000);
    expect(take()).toEqual([{ d0: { api_port: 2 } }]);
  });

  it('sends at most every 10 s, and what it held back as soon as it may', async () => {
    const { changed } = await start().then((one) => ({ changed: () => one.changed() }));
    take();
    for (const port of [1, 2, 3]) {
      now = { status: 'Idle', api_port: port };
      changed();
      await pass(3000);
    }
    expect(take()).toEqual([]);
    await pass(1000);
    expect(take()).toEqual([{ d0: { api_port: 3 } }]);
  });

  it('sends metrics alone at most every 5 min, and only when they leave their bucket', async () => {
    now = { status: 'Idle', cpu_usage: 19, memory_usage: 105, cpu_temp: 41 };
    await start();
    take();
    now = { status: 'Idle', cpu_usage: 1, memory_usage: 109, cpu_temp: 44 };
    await passSteadily(600_000);
    await passSteadily(600_000);
    expect(take()).toEqual([]);
    now = { ...now, cpu_usage: 20 };
    await passSteadily(301_000);
    expect(take()).toEqual([{ d0: { cpu_usage: 20 } }]);
    now = { ...now, cpu_usage: 90 };
    await passSteadily(10_000);
    reporter?.changed();
    await passSteadily(200_000);
    expect(take()).toEqual([]);
    await passSteadily(300_000);
    expect(take()).toEqual([{ d0: { cpu_usage: 90 } }]);
  });

  it('clears metrics that vanished, also while it was off; an undervoltage keeps its last value', async () => {
    remembered = { status: 'Idle', cpu_usage: 50, is_undervolted: true };
    await start();
    expect(take()).toEqual([{ d0: { cpu_usage: null } }]);
    expect(remembered).toEqual({ status: 'Idle', cpu_usage: null, is_undervolted: true });
    reporter?.changed();
    await passSteadily(301_000);
    expect(take()).toEqual([]);
  });

  it('clears the metrics that the cloud lets it clear, when it refuses one of them', async () => {
    remembered = { status: 'Idle', cpu_id: 'x', cpu_temp: 40, cpu_usage: 50 };
    now = { status: 'Stopping' };
    answer = ({ json }) => ({ status: JSON.stringify(json).includes('"cpu_temp":null') ? 400 : 200 });
    await start();
    expect(take()).toEqual([{ d0: { status: 'Stopping', cpu_id: null, cpu_temp: null, cpu_usage: null } }]);
    await pass(15_000);
    expect(take()).toEqual([{ d0: { status: 'Stopping', cpu_usage: null } }]);
    await passSteadily(311_000);
    expect(take()).toEqual([{ d0: { cpu_temp: null } }]);
    await passSteadily(16_000);
    expect(take()).toEqual([{ d0: { cpu_id: null } }]);
    expect(said).toContain('The cloud refuses to clear cpu_temp; it keeps the last value there');
    now = { status: 'Idle' };
    reporter?.changed();
    await passSteadily(311_000);
    expect(take()).toEqual([{ d0: { status: 'Idle' } }]);
  });

  it('says why the cloud refuses a report, in its words and without secrets', async () => {
    now = { status: 'Idle', api_secret: 'a-secret-of-ours' };
    answer = () => ({ status: 400, body: '"cpu_temp: expected number, a-secret-of-ours"' });
    await start();
    expect(said).toEqual([
      'Failed reporting the state of the device to the cloud: ' +
        'the cloud answered PATCH /device/v3/state with status 400: cpu_temp: expected number, [redacted]',
    ]);
  });

  it('tells after a restart only what changed meanwhile', async () => {
    remembered = { status: 'Idle', api_port: 1 };
    now = { status: 'Idle', api_port: 2 };
    await start();
    expect(take()).toEqual([{ d0: { api_port: 2 } }]);
    expect(remembered).toEqual(now);
  });

  it('falls back to the device alone once when the cloud refuses the apps, and tries them again when they change', async () => {
    now = { status: 'Idle', apps: APPS };
    answer = ({ json }) => ({ status: JSON.stringify(json).includes('commit') ? 401 : 200 });
    const { changed } = await start().then((one) => ({ changed: () => one.changed() }));
    expect(take()).toEqual([{ d0: now }, { d0: { status: 'Idle' } }]);
    expect(said).toEqual([
      'The cloud refuses the report about the apps; the state of the device is reported without them',
    ]);
    await pass(10_000);
    changed();
    await pass(1000);
    expect(take()).toEqual([]);
    now = { status: 'Idle', apps: { app: { releases: {} } } };
    changed();
    await pass(1000);
    expect(take()).toEqual([{ d0: { apps: now.apps } }]);
  });

  it('waits longer after each failure, up to the poll interval, says so once, and then tells what is true by then', async () => {
    answer = () => new CloudUnreachableError('cloud', new Error('no route'));
    const { changed } = await start().then((one) => ({ changed: () => one.changed() }));
    for (const delay of [15_000, 30_000, 60_000, 60_000]) {
      expect(take()).toHaveLength(1);
      changed();
      await pass(delay - 1);
      expect(take()).toEqual([]);
      await pass(1);
    }
    expect(said).toHaveLength(1);
    answer = () => ({ status: 200 });
    now = { status: 'Idle', api_port: 9 };
    take();
    await pass(60_000);
    expect(take()).toEqual([{ d0: now }]);
    expect(said).toHaveLength(2);
  });

  it('leaves the cloud alone for as long as it asks for', async () => {
    answer = () => ({ status: 429, headers: { 'retry-after': '100' } });
    await start();
    take();
    await pass(99_999);
    expect(take()).toEqual([]);
    await pass(1);
    expect(take()).toHaveLength(1);
  });

  it('ends while it waits', async () => {
    const one = await start();
    await one[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });
});
