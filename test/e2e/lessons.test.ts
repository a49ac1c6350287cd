import { randomBytes } from 'node:crypto';
import {
  startRegistryProxy,
  waitFor,
  type AppFixture,
  type FixtureService,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startRecordedFixture, type RecordedFixture } from './recorded-fixture.ts';
import type { RecordingProxy } from './recording-proxy.ts';

const APP = 90_103;
const OTHER = 90_104;

let recorded: RecordedFixture;
let fixture: AppFixture;
let proxy: RecordingProxy;
let supervisor: SupervisorProcess;
/** Length of what it had said before the test. */
let said: number;

beforeAll(async () => {
  recorded = await startRecordedFixture(APP, [
    { tag: 'crash:1', cmd: ['sh', '-c', 'exit 3'] },
    { tag: 'once:1', cmd: ['sh', '-c', 'echo ran >> /data/runs'] },
  ]);
  ({ fixture, proxy, supervisor } = recorded);
});

afterAll(() => recorded[Symbol.asyncDispose]());

beforeEach(() => {
  said = supervisor.output().length;
});

afterEach(() => fixture.removeAll(supervisor));

const output = (): string => supervisor.output().slice(said);

/** An app besides the fixture's own. */
function other(service: FixtureService, commit = 'c1'): Record<string, object> {
  const [app] = Object.values(fixture.target({ aside: service }, { commit, volumes: { data: {} } }));
  return { [OTHER]: { ...app, name: 'other' } };
}

async function ask(apps: object): Promise<void> {
  expect(await supervisor.post('/v2/local/target-state', { local: { apps } })).toMatchObject({ status: 200 });
}

async function act(path: string): Promise<void> {
  const response = await fetch(supervisor.url(`/v2/applications/${APP}/${path}`), { method: 'POST' });
  expect([response.status, await response.text()]).toEqual([200, 'OK']);
}

describe('the network supervisor0', () => {
  it('that was removed comes back for all services that use it, also past services that do not', async () => {
    const labels = { 'io.balena.features.supervisor-api': '1' };
    const target = fixture.target({ first: { labels }, without: {}, second: { labels } });
    await supervisor.apply(target);
    const network = fixture.docker.getNetwork('supervisor0');
    for (const Container of ['first_1_1_c1', 'second_3_1_c1']) await network.disconnect({ Container, Force: true });
    await network.remove();
    await supervisor.apply(target);
    for (const [name, networks] of [
      ['first_1_1_c1', [`${APP}_default`, 'supervisor0']],
      ['without_2_1_c1', [`${APP}_default`]],
      ['second_3_1_c1', [`${APP}_default`, 'supervisor0']],
    ] as const) {
      const { NetworkSettings } = await fixture.docker.getContainer(name).inspect();
      expect(Object.keys(NetworkSettings.Networks).sort()).toEqual(networks);
    }
  });
});

describe('a release that is broken', () => {
  it('is tried less and less often, while its old containers run and another app is updated', async () => {
    await using registry = await startRegistryProxy(inject('registry'));
    const image = `${registry.host}/no-such-image-${randomBytes(4).toString('hex')}:1`;
    await supervisor.apply({ ...fixture.target({ web: {} }), ...other({}) });
    await ask({ ...fixture.target({ web: { image } }, { commit: 'c2' }), ...other({ image: 'app:2' }, 'c2') });
    const failures = (): number[] =>
      [...output().matchAll(/Failed to download image .*retrying in (\d+) s/g)].map(([, seconds]) => Number(seconds));
    await waitFor('three failures', failures, { until: ({ length }) => length >= 3 });
    expect(failures().slice(0, 3)).toEqual([1, 2, 3]);
    expect(await fixture.containers()).toEqual(['aside_1_1_c2 running', 'web_1_1_c1 running']);
  });

  it('that crashes again and again holds up no other service', async () => {
    const services = { web: {}, crashing: { image: 'crash:1', restart: 'always' } };
    await ask(fixture.target(services));
    await waitFor('the crashes', () => fixture.docker.getContainer('crashing_2_1_c1').inspect(), {
      until: ({ RestartCount }) => RestartCount >= 3,
    });
    await ask(fixture.target({ ...services, web: { image: 'app:2' } }, { commit: 'c2' }));
    await waitFor('the update', () => fixture.containers(), { until: (names) => names.includes('web_1_1_c2 running') });
    // It may never be met running, and engines rename none that they are about to restart.
    await waitFor('its new name', () => fixture.containers(), {
      until: (names) => names.some((name) => name.startsWith('crashing_2_1_c2 ')),
    });
    await waitFor('the crashes to go on', () => fixture.docker.getContainer('crashing_2_1_c2').inspect(), {
      until: ({ RestartCount }) => RestartCount > 0,
    });
    await supervisor.applied();
    expect(await fixture.containers()).toContain('web_1_1_c2 running');
    expect(output()).toContain("Service 'crashing': restart does not help: the container ends again and again");
    expect(output()).not.toContain('Failed to');
  });
});

describe('what an interruption leaves', () => {
  it('a restart that was cut off in the middle ends with the service running', async () => {
    await supervisor.apply(fixture.target({ web: {} }));
    for (const calls of [1, 2, 3]) {
      const cut = proxy.cutAfter(calls);
      const answer = supervisor.post(`/v2/applications/${APP}/restart-service`, { serviceName: 'web' });
      await Promise.all([cut.then(() => supervisor.kill()), expect(answer).rejects.toThrow('fetch failed')]);
      proxy.mend();
      await supervisor.start();
      await supervisor.applied();
      expect(await fixture.containers()).toEqual(['web_1_1_c1 running']);
    }
  });

  it('a restart whose stop the engine carried out, and did not answer, ends with the service running', async () => {
    await supervisor.apply(fixture.target({ web: {} }));
    // The old container gives up its name, the new one is created, and then the old one is stopped.
    const cut = proxy.cutAfter(3);
    const answer = supervisor.post(`/v2/applications/${APP}/restart-service`, { serviceName: 'web' });
    await cut;
    const interrupted = await fixture.containers();
    proxy.mend();
    expect(interrupted).toEqual(['old_web_1_1_c1 exited', 'web_1_1_c1 created']);
    expect(await answer).toMatchObject({ status: 503 });
    await supervisor.applied();
    expect(await fixture.containers()).toEqual(['web_1_1_c1 running']);
  });

  it('a service that ran once and does not restart is not run again, by a restart of ours or a new release', async () => {
    const services = {
      web: { volumes: ['data:/data'] },
      once: { image: 'once:1', restart: 'no', volumes: ['data:/data'] },
    };
    const target = (commit: string): object => fixture.target(services, { commit, volumes: { data: {} } });
    const runs = (web: string): Promise<string> => fixture.exec(web, 'cat /data/runs');
    await supervisor.apply(target('c1'));
    await waitFor('its end', () => fixture.containers(), { until: ([once = '']) => once.endsWith(' exited') });
    expect(await runs('web_1_1_c1')).toBe('ran\r\n');
    await supervisor.kill();
    await supervisor.start();
    await supervisor.apply(target('c1'));
    await supervisor.apply(target('c2'));
    expect(await fixture.containers()).toEqual(['once_2_1_c2 exited', 'web_1_1_c2 running']);
    expect(await runs('web_1_1_c2')).toBe('ran\r\n');
  });
});

it("a purge empties the app's volumes, which two containers use, and no other's", async () => {
  const volumes = ['data:/data'];
  await supervisor.apply({
    ...fixture.target({ web: { volumes }, db: { volumes } }, { volumes: { data: {} } }),
    ...other({ volumes }),
  });
  for (const name of ['web_1_1_c1', 'aside_1_1_c1']) await fixture.exec(name, 'touch /data/file');
  await act('purge');
  await supervisor.applied();
  expect(await fixture.containers()).toEqual(['aside_1_1_c1 running', 'db_2_1_c1 running', 'web_1_1_c1 running']);
  expect(await fixture.exec('db_2_1_c1', 'ls /data')).toBe('');
  expect(await fixture.exec('aside_1_1_c1', 'ls /data')).toBe('file\r\n');
});

it('a volume whose options changed keeps its data, and it is said', async () => {
  const services = { web: { volumes: ['data:/data'] } };
  await supervisor.apply(fixture.target(services, { volumes: { data: {} } }));
  await fixture.exec('web_1_1_c1', 'touch /data/file');
  await supervisor.apply(fixture.target(services, { commit: 'c2', volumes: { data: { labels: { other: '1' } } } }));
  expect(await fixture.exec('web_1_1_c2', 'ls /data')).toBe('file\r\n');
  expect(output()).toContain('io.balena.volume.recreate');
});

it('services that share the network of another are restarted and purged with it, and then left alone', async () => {
  const side = { network_mode: 'service:vpn', hostname: 'own-name' };
  const target = fixture.target(
    { vpn: { hostname: 'vpn', domainname: 'example.com' }, side },
    { volumes: { data: {} } },
  );
  await supervisor.apply(target);
  for (const action of ['restart', 'purge']) {
    const before = await supervisor.containers();
    await act(action);
    await supervisor.applied();
    const after = await supervisor.containers();
    expect(Object.keys(after).filter((name) => after[name] === before[name])).toEqual([]);
    const { HostConfig } = await fixture.docker.getContainer('side_2_1_c1').inspect();
    expect(HostConfig.NetworkMode).toBe(`container:${after['vpn']}`);
  }
  const before = await supervisor.containers();
  await supervisor.apply(target);
  expect(await supervisor.containers()).toEqual(before);
});

it('two services that swap their ports, and an app with another name, end as they are wanted', async () => {
  const [low, high] = [{ ports: ['18993:80'] }, { ports: ['18994:80'] }];
  await supervisor.apply(fixture.target({ web: low, db: high }));
  await supervisor.apply(fixture.target({ web: high, db: low }));
  expect(await fixture.containers()).toEqual(['db_2_1_c1 running', 'web_1_1_c1 running']);
  expect(output()).not.toContain('Failed to');
  const before = await supervisor.containers();
  const [app] = Object.values(fixture.target({ web: high, db: low }));
  await supervisor.apply({ [APP]: { ...app, name: 'renamed' } });
  expect(await supervisor.containers()).toEqual(before);
});

it('a network that is there twice is there once again, and a service comes that uses it', async () => {
  await supervisor.apply(fixture.target({ web: {} }));
  const Name = `${APP}_default`;
  const { Labels = {} } = await fixture.docker.getNetwork(Name).inspect();
  await fixture.docker.createNetwork({ Name, CheckDuplicate: false, Labels });
  const before = await supervisor.containers();
  await supervisor.apply(fixture.target({ web: {}, db: {} }));
  expect(await fixture.containers()).toEqual(['db_2_1_c1 running', 'web_1_1_c1 running']);
  expect(await supervisor.containers()).toMatchObject(before);
  expect((await fixture.docker.listNetworks()).filter((network) => network.Name === Name)).toHaveLength(1);
});

it('why a container was replaced is said, by field and without secrets', async () => {
  await supervisor.apply(fixture.target({ web: { environment: { TOKEN: 'first-secret' } } }));
  await supervisor.apply(fixture.target({ web: { environment: { TOKEN: 'other-secret' } } }));
  expect(output()).toContain("Killing service 'web' (environment TOKEN)");
  expect(output()).not.toMatch(/(first|other)-secret/);
  const before = supervisor.output().length;
  await supervisor.apply(fixture.target({ web: { environment: { TOKEN: 'other-secret' } } }));
  expect(supervisor.output().slice(before)).not.toContain('at its target state');
});
