import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  freePort,
  startAppFixture,
  waitFor,
  type AppFixture,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const DOCS = resolve(import.meta.dirname, '../../docs/monitoring');
const run = promisify(execFile);
/** Series that a device without a cloud, on a machine without sensors, does not have. */
const ABSENT_HERE =
  /supervisor_cloud_(?:requests|last)|sum by \(reason\)|device_(?:temperature|storage)|supervisor_health_condition/;

const stack = new AsyncDisposableStack();
let fixture: AppFixture;
let supervisor: SupervisorProcess;
let prometheus: string;

beforeAll(async () => {
  fixture = stack.use(await startAppFixture(90_130));
  supervisor = stack.use(await fixture.startSupervisor());
  await supervisor.apply(fixture.target({ web: {} }));
  prometheus = await startPrometheus();
});

afterAll(() => stack.disposeAsync());

it('what a device answers is in the form that Prometheus reads', async () => {
  const text = await (await fetch(supervisor.url('/v3/metrics'))).text();
  const check = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  check.stderr.on('data', (chunk) => (complaints += String(chunk)));
  check.stdin.end(text);
  const [exitCode] = await once(check, 'exit');
  expect({ exitCode, complaints: exitCode === 3 ? '' : complaints }).toEqual({ exitCode, complaints: '' });
});

describe('the alerts', () => {
  it('are rules as Prometheus takes them, and do in each case what they say', async () => {
    await run('promtool', ['check', 'rules', join(DOCS, 'alerts.yml')]);
    expect((await run('promtool', ['test', 'rules', join(DOCS, 'alerts.test.yml')])).stdout).toContain('SUCCESS');
  });

  it('are silent about a device that works', async () => {
    const rules = await ask('/api/v1/rules');
    expect(rules).toMatchObject({ data: { groups: [{ rules: expect.arrayContaining([expect.anything()]) }] } });
    expect((await query('ALERTS{alertstate="firing"}')).data.result).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('has queries that a real Prometheus answers about a real device', async () => {
    const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
      await readFile(join(DOCS, 'dashboard.json'), 'utf8'),
    );
    const queries = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
    expect(queries.length).toBeGreaterThan(20);
    for (const { title, expr } of queries) {
      const answer = await query(expr.replaceAll('$instance', '.*'));
      expect({ title, status: answer.status }).toEqual({ title, status: 'success' });
      if (ABSENT_HERE.test(expr)) continue;
      expect({ title, found: answer.data.result.length > 0 }).toEqual({ title, found: true });
    }
  });
});

interface QueryAnswer {
  readonly status: string;
  readonly data: { readonly result: readonly unknown[] };
}

async function query(expression: string): Promise<QueryAnswer> {
  const answer: QueryAnswer = JSON.parse(
    await (await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)).text(),
  );
  return answer;
}

async function ask(path: string): Promise<unknown> {
  return await (await fetch(`${prometheus}${path}`)).json();
}

/** A Prometheus that reads the device, and has read it often enough for rates. @returns its address */
async function startPrometheus(): Promise<string> {
  const directory = join(supervisor.directory, 'prometheus');
  await mkdir(directory, { recursive: true });
  const configuration = join(directory, 'prometheus.yml');
  await writeFile(
    configuration,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(DOCS, 'alerts.yml')],
      scrape_configs: [
        {
          job_name: 'devices',
          metrics_path: '/v3/metrics',
          static_configs: [{ targets: [new URL(supervisor.url('/')).host] }],
        },
      ],
    }),
  );
  const port = await freePort();
  const child = spawn('prometheus', [
    `--config.file=${configuration}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  stack.defer(async () => {
    const exit = once(child, 'exit');
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await exit;
    }
  });
  prometheus = `http://127.0.0.1:${port}`;
  const scrapes = async (): Promise<string> => {
    if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${output}`);
    try {
      return JSON.stringify(await query('count_over_time(supervisor_healthy[5m]) >= 3'));
    } catch {
      return '';
    }
  };
  await waitFor('three readings of the device', scrapes, { until: (text) => text.includes('"value"') });
  return prometheus;
}
