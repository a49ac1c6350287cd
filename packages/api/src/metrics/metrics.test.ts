import { describe, expect, it } from 'vitest';
import { APP_KEY, createTestApi, GLOBAL_KEY } from '../testing/test-api.ts';
import { createHistogram } from './instruments.ts';
import { formatMetrics, type MetricFamily } from './metric-family.ts';

const pull = {
  kind: 'pull-image',
  id: 'pull-image a',
  dependsOn: [],
  cause: 'missing',
  appId: 1,
  service: 'main',
  reference: 'a',
  deltaSource: null,
} as const;
const start = {
  kind: 'start-container',
  id: 'start a',
  dependsOn: [],
  cause: 'is to run',
  appId: 1,
  service: 'main',
  container: 'a',
} as const;
const lock = {
  kind: 'acquire-locks',
  id: 'acquire-locks 1',
  dependsOn: [],
  cause: 'stops',
  appId: 1,
  service: null,
  services: ['main'],
  force: false,
} as const;

/** Samples by name and labels. */
async function read(api = createTestApi(), key = GLOBAL_KEY): Promise<ReadonlyMap<string, number>> {
  const response = await api.request('/v3/metrics', { key });
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      expect(line).toMatch(/^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? (\d|[+-]Inf|NaN)/);
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('GET /v3/metrics', () => {
  it('counts operations, downloads, starts, applies and waits for locks', async () => {
    const api = createTestApi();
    const { device } = api;
    device.emit({ type: 'operation-started', operation: pull });
    device.emit({
      type: 'operation-progress',
      operation: pull,
      progress: { percent: 10, receivedBytes: 100, totalBytes: 1000 },
    });
    device.emit({
      type: 'operation-progress',
      operation: pull,
      progress: { percent: 20, receivedBytes: 250, totalBytes: 1000 },
    });
    device.emit({ type: 'operation-finished', operation: pull, result: { status: 'done' }, retryIn: null });
    device.emit({ type: 'blocked', blocked: { appId: 1, service: 'main', reason: 'locked', message: '' } });
    device.emit({ type: 'operation-finished', operation: lock, result: { status: 'done' }, retryIn: null });
    device.emit({
      type: 'operation-finished',
      operation: start,
      result: { status: 'failed', error: null },
      retryIn: 1,
    });
    device.emit({ type: 'operation-finished', operation: start, result: { status: 'done' }, retryIn: null });
    device.emit({ type: 'settled', changed: true });
    const metrics = await read(api);
    expect(metrics.get('supervisor_operations_total{kind="pull-image",result="done"}')).toBe(1);
    expect(metrics.get('supervisor_operations_total{kind="start-container",result="failed"}')).toBe(1);
    expect(metrics.get('supervisor_pull_bytes_total')).toBe(250);
    expect(metrics.get('supervisor_container_starts_total{app_id="1",service="main"}')).toBe(1);
    expect(metrics.get('supervisor_apply_duration_seconds_count')).toBe(1);
    expect(metrics.get('supervisor_lock_wait_seconds_count')).toBe(1);
  });

  it('has its counters from the start', async () => {
    const metrics = await read();
    for (const name of [
      'supervisor_operations_total{kind="pull-image",result="failed"}',
      'supervisor_operations_total{kind="clear-hand-over",result="done"}',
      'supervisor_pull_bytes_total',
      'supervisor_apply_duration_seconds_count',
      'supervisor_lock_wait_seconds_bucket{le="+Inf"}',
      'supervisor_container_starts_total{app_id="2",service="main"}',
    ]) {
      expect([name, metrics.get(name)]).toEqual([name, 0]);
    }
  });

  it('says whether supervisor, engine and cloud are there, and what of the device does not work', async () => {
    let cloud: boolean | null = null;
    const conditions = async () => [{ component: 'firewall', message: 'x', remedy: 'y' }];
    const api = createTestApi({ conditions, cloudConnected: () => cloud });
    const before = await read(api);
    expect(before.get('supervisor_healthy')).toBe(1);
    expect(before.get('supervisor_health_condition{component="firewall"}')).toBe(1);
    expect(before.has('supervisor_engine_connected') || before.has('supervisor_cloud_connected')).toBe(false);
    cloud = false;
    api.device.emit({ type: 'engine-lost', error: new Error('gone') });
    api.device.currentHealth = { healthy: false, problems: ['stuck'] };
    const after = await read(api);
    expect(after.get('supervisor_cloud_connected')).toBe(0);
    expect(after.get('supervisor_engine_connected')).toBe(0);
    expect(after.get('supervisor_healthy')).toBe(0);
  });

  it('shows the state of the device and the process', async () => {
    const metrics = await read();
    expect(metrics.get('supervisor_applying')).toBe(0);
    expect(metrics.get('supervisor_service_status{app_id="2",service="main",status="Running"}')).toBe(1);
    expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('measures the answers of the API, failures too', async () => {
    const api = createTestApi();
    await api.request('/v2/version', { key: GLOBAL_KEY });
    await api.request('/v2/version');
    const metrics = await read(api);
    const name = 'supervisor_api_request_duration_seconds_count{method="GET",route="/v2/version"';
    expect([metrics.get(`${name},status="200"}`), metrics.get(`${name},status="401"}`)]).toEqual([1, 1]);
  });

  it('shows a service nothing of other apps', async () => {
    const names = [...(await read(createTestApi(), APP_KEY)).keys()];
    expect(names.filter((name) => name.includes('app_id="1"'))).not.toEqual([]);
    expect(names.filter((name) => name.includes('app_id="2"'))).toEqual([]);
    expect(names).toContain('supervisor_applying');
  });

  it('forgets the series of services that are gone', async () => {
    const api = createTestApi();
    api.device.emit({ type: 'operation-finished', operation: start, result: { status: 'done' }, retryIn: null });
    api.device.currentState = { ...api.device.currentState, apps: [] };
    await read(api);
    expect([...(await read(api)).keys()].filter((name) => name.includes('starts_total'))).toEqual([]);
  });

  it('takes more from elsewhere', async () => {
    const family: MetricFamily = {
      name: 'log_drops_total',
      help: 'x',
      type: 'counter',
      samples: [{ labels: {}, value: 3 }],
    };
    expect((await read(createTestApi({ metrics: [() => [family]] }))).get('log_drops_total')).toBe(3);
  });
});

describe('formatMetrics', () => {
  it('escapes what would end a line or a label', () => {
    const samples = [{ labels: { a: 'x"\\\ny' }, value: Number.POSITIVE_INFINITY }];
    expect(formatMetrics([{ name: 'm', help: 'one\ntwo', type: 'gauge', samples }])).toBe(
      '# HELP m one\\ntwo\n# TYPE m gauge\nm{a="x\\"\\\\\\ny"} +Inf\n',
    );
  });

  it('leaves out what has no sample', () => {
    expect(formatMetrics([{ name: 'm', help: '', type: 'gauge', samples: [] }])).toBe('');
  });

  it('prints buckets that include those below', () => {
    const histogram = createHistogram({ name: 'h', help: '' }, [1, 10]);
    for (const value of [0.5, 1, 5, 50]) histogram.observe({ a: 'b' }, value);
    expect(formatMetrics([histogram.collect()]).split('\n').slice(2, -1)).toEqual([
      'h_bucket{a="b",le="1"} 2',
      'h_bucket{a="b",le="10"} 3',
      'h_bucket{a="b",le="+Inf"} 4',
      'h_sum{a="b"} 56.5',
      'h_count{a="b"} 4',
    ]);
  });
});
