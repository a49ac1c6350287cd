import { waitFor, type AppFixture, type SupervisorProcess } from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startRecordedFixture, type RecordedFixture } from './recorded-fixture.ts';
import type { RecordingProxy } from './recording-proxy.ts';

const APP = 90_111;
const OTHER = 90_112;
/** Nothing has it: its download waits for as long as a test holds it back. */
const ABSENT = '127.0.0.1:9/absent:1';

let recorded: RecordedFixture;
let fixture: AppFixture;
let proxy: RecordingProxy;
let supervisor: SupervisorProcess;

beforeAll(async () => {
  recorded = await startRecordedFixture(APP, [
    { tag: 'ticker:1', cmd: ['sh', '-c', 'while :; do echo tick; sleep 1; done'] },
  ]);
  ({ fixture, proxy, supervisor } = recorded);
});

afterAll(() => recorded[Symbol.asyncDispose]());

afterEach(() => fixture.removeAll(supervisor));

async function sendTarget(apps: object, options: object = {}): Promise<void> {
  const body = { ...options, local: { apps, ...('config' in options ? { config: options.config } : {}) } };
  expect(await supervisor.post('/v2/local/target-state', body)).toMatchObject({ status: 200 });
}

async function cancel(): Promise<void> {
  const response = await fetch(supervisor.url('/v1/update'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cancel: true }),
  });
  expect(response.status).toBe(204);
}

async function status(): Promise<string> {
  return await (await fetch(supervisor.url('/v2/state/status'))).text();
}

async function restart(service: string): Promise<{ readonly status: number }> {
  return await fetch(supervisor.url(`/v2/applications/${APP}/restart-service`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ serviceName: service }),
  });
}

async function idOf(name: string): Promise<string> {
  return (await fixture.docker.getContainer(name).inspect()).Id;
}

describe('an update by force that was cancelled', () => {
  it('lends its force to no later request, is not resumed by one, and hides nothing of the engine', async () => {
    await supervisor.apply(fixture.target({ web: {}, db: {} }));
    await fixture.exec('web_1_1_c1', 'touch /tmp/balena/updates.lock');
    const before = await idOf('web_1_1_c1');
    {
      using held = proxy.hold((call) => call.startsWith('POST /images/create'));
      await sendTarget(fixture.target({ web: { image: ABSENT }, db: {} }, { commit: 'c2' }), { force: true });
      await waitFor('the download', () => held.count, { until: (count) => count > 0 });
      await cancel();
    }
    expect((await restart('web')).status).toBe(423);
    expect(await idOf('web_1_1_c1')).toBe(before);
    await fixture.docker.getContainer('db_2_1_c1').stop();
    await waitFor('the stopped container', status, { until: (text) => text.includes('"exited"') });
    proxy.take();
    expect((await restart('web')).status).toBe(423);
    expect(proxy.take().filter((call) => call.startsWith('POST /images/create'))).toEqual([]);
    await fixture.exec('web_1_1_c1', 'rm /tmp/balena/updates.lock');
  });
});

describe('a cancel during a restart', () => {
  it('lets it be finished, and the client gets its answer', async () => {
    await supervisor.apply(fixture.target({ web: {} }));
    const before = await idOf('web_1_1_c1');
    let answer: Promise<{ readonly status: number }>;
    {
      using held = proxy.hold((call) => /^POST \/containers\/\w+\/stop/.test(call));
      answer = restart('web');
      await waitFor('the stop', () => held.count, { until: (count) => count > 0 });
      await cancel();
    }
    expect((await answer).status).toBe(200);
    await waitFor('the old container to be gone', () => fixture.containers(), {
      until: (containers) => containers.join() === 'web_1_1_c1 running',
    });
    expect(await idOf('web_1_1_c1')).not.toBe(before);
  });
});

describe('a supervisor that starts at its target', () => {
  it('streams the logs of services though no client reads the state', async () => {
    await supervisor.apply(fixture.target({ ticker: { image: 'ticker:1' } }));
    await supervisor.kill();
    await supervisor.start();
    const response = await fetch(supervisor.url('/v2/local/logs'));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"tick"')) {
      const chunk = await reader?.read();
      if (chunk?.value === undefined) break;
      text += chunk.value;
    }
    await reader?.cancel();
    expect(text).toContain('"tick"');
  });
});

describe('a configuration that overrides update locks', () => {
  it('takes effect on a supervisor that leaves the host alone', async () => {
    const config = { SUPERVISOR_OVERRIDE_LOCK: '1' };
    await supervisor.apply(fixture.target({ web: {} }));
    await fixture.exec('web_1_1_c1', 'touch /tmp/balena/updates.lock');
    await sendTarget(fixture.target({ web: { image: 'app:2' } }, { commit: 'c2' }), { config });
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
    await sendTarget(fixture.target({ web: {} }), { config: {} });
    await supervisor.applied();
  });
});

describe('a target of which a part can never run', () => {
  it('is never reported as applied', async () => {
    await sendTarget(fixture.target({ web: {}, loop: { depends_on: ['loop'] } }));
    await waitFor('the other service', () => fixture.containers(), {
      until: (names) => names.includes('web_1_1_c1 running'),
    });
    expect(await status()).toContain('"appState":"applying"');
    expect(supervisor.output().split('\n').slice(-3).join('\n')).not.toContain('is at its target state');
  });
});

describe('an app whose service takes its time to stop', () => {
  it('holds up no other app', async () => {
    const [app] = Object.values(fixture.target({ aside: {} }));
    const other = (environment: object) => ({
      [OTHER]: {
        ...app,
        name: 'other',
        ...Object.values(fixture.target({ aside: { environment: { ...environment } } }))[0],
      },
    });
    await supervisor.apply({ ...fixture.target({ web: {} }), ...other({}) });
    using held = proxy.hold((call) => /^POST \/containers\/\w+\/stop/.test(call) && held.count === 0);
    await sendTarget({ ...fixture.target({ web: { environment: { A: '1' } } }), ...other({}) });
    await waitFor('the stop', () => held.count, { until: (count) => count > 0 });
    const before = await idOf('aside_1_1_c1');
    await sendTarget({ ...fixture.target({ web: { environment: { A: '1' } } }), ...other({ B: '1' }) });
    await waitFor('the other app', async () => (await fixture.containers()).join(' '), {
      until: (names) => names.includes('aside_1_1_c1 running'),
    });
    await waitFor('its new container', () => idOf('aside_1_1_c1'), { until: (id) => id !== before });
    expect(held.count).toBe(1);
  });
});
