import { dirname } from 'node:path';
import {
  startAppFixture,
  startFaultyEngine,
  startSupervisor,
  waitFor,
  type AppFixture,
} from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutPower, loseLayer } from './cut-power.ts';

const APP = 90_041;

let fixture: AppFixture;
beforeEach(async () => {
  fixture = await startAppFixture(APP);
});
afterEach(() => fixture[Symbol.asyncDispose]());

/** The app of the fixture, and another one. */
function target(changes: { readonly web?: object; readonly other?: object } = {}): Record<string, object> {
  const other = { serviceName: 'other', imageId: 9, image: 'app:1', environment: {}, labels: {}, ...changes.other };
  return {
    ...fixture.target({ web: { ...changes.web } }),
    [APP + 1]: { name: 'second', commit: 'c2', releaseId: '2', services: { 9: other } },
  };
}

/** Directory of the engine with the files that a container has of its own. */
async function layerOf(container: string): Promise<string> {
  const inspected = JSON.stringify(await fixture.docker.getContainer(container).inspect());
  const upper = /"UpperDir":"([^"]+)"/.exec(inspected)?.[1];
  if (upper === undefined) throw new Error(`the engine names no directory of ${container}`);
  return dirname(upper);
}

async function idOf(name: string): Promise<string> {
  return (await fixture.docker.getContainer(name).inspect()).Id;
}

async function environmentOf(service: string): Promise<string> {
  const found = await fixture.docker.listContainers({ filters: { label: [`io.balena.service-name=${service}`] } });
  const id = found[0]?.Id;
  if (id === undefined) return '';
  const [inspected] = await Promise.allSettled([fixture.docker.getContainer(id).inspect()]);
  return inspected.status === 'fulfilled' ? inspected.value.Config.Env.join(' ') : '';
}

describe('a power cut that takes the files of a container', () => {
  it('costs that container alone: it is made again, and another app gets its new release', async () => {
    await using supervisor = await fixture.startSupervisor();
    await supervisor.apply(target());
    const layer = await layerOf('web_1_1_c1');
    await cutPower(fixture.engine, () => loseLayer(layer));
    await supervisor.post('/v2/local/target-state', {
      local: { apps: target({ other: { environment: { NEW: '1' } } }) },
    });
    await waitFor('the other app to be updated', () => environmentOf('other'), {
      until: (text) => text.includes('NEW=1'),
    });
    await supervisor.applied();
    await waitFor('the damaged one to run again', () => fixture.containers(), {
      until: (all) => all.includes('web_1_1_c1 running') && all.length === 2,
    });
    expect(await environmentOf('other')).toContain('NEW=1');
    await supervisor.apply({});
  });
});

describe('an engine that refuses to inspect one container', () => {
  it('is used for everything else; the container is made again, and the health names it meanwhile', async () => {
    await using engine = await startFaultyEngine(fixture.engine.endpoint);
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    await supervisor.apply(target());
    const id = await idOf('web_1_1_c1');
    using _fault = engine.inject(({ path }) => path === `/containers/${id}/json`, {
      kind: 'refuse',
      status: 500,
      message: 'stat /var/lib/docker/overlay2/abc: no such file or directory',
    });
    await fixture.docker.getContainer('web_1_1_c1').restart({ t: 0 });
    await supervisor.post('/v2/local/target-state', {
      local: { apps: target({ other: { environment: { NEW: '1' } } }) },
    });
    await waitFor('the other app to be updated', () => environmentOf('other'), {
      until: (text) => text.includes('NEW=1'),
    });
    await waitFor('the damaged one to be replaced', async () => {
      const all = await fixture.docker.listContainers({ filters: { label: ['io.balena.service-name=web'] } });
      return all.length === 1 && all[0]?.Id !== id;
    });
    expect(await idOf('web_1_1_c1')).not.toBe(id);
    await supervisor.apply({});
  });
});

describe('a stream of events that falls silent', () => {
  it('hides a removed container for a minute at most, and is replaced', async () => {
    await using engine = await startFaultyEngine(fixture.engine.endpoint);
    await using supervisor = await startSupervisor({ engineEndpoint: engine.endpoint });
    await supervisor.apply(target());
    engine.takeRequests();
    const silence = engine.inject(({ path }) => path === '/events', { kind: 'silence' });
    await fixture.docker.getContainer('web_1_1_c1').remove({ force: true });
    await waitFor('the container to be there again', () => fixture.containers(), {
      until: (all) => all.includes('web_1_1_c1 running'),
    });
    silence[Symbol.dispose]();
    await waitFor('another stream', () => engine.takeRequests().includes('GET /events'));
    expect(await fixture.containers()).toContain('web_1_1_c1 running');
    await supervisor.apply({});
  });
});

describe('a volume that was removed by hand and came back without labels', () => {
  it('is ours: our container mounts it', async () => {
    await using supervisor = await fixture.startSupervisor();
    const apps = (commit: string) =>
      fixture.target({ web: { volumes: ['data:/data'] } }, { commit, volumes: { data: {} } });
    await supervisor.apply(apps('c1'));
    await supervisor.kill();
    const { docker } = fixture;
    const { Config, HostConfig, Name } = await docker.getContainer('web_1_1_c1').inspect();
    await docker.getContainer('web_1_1_c1').remove({ force: true });
    await docker.getVolume(`${APP}_data`).remove();
    await docker.createContainer({ ...Config, HostConfig, name: Name.slice(1) });
    expect((await docker.getVolume(`${APP}_data`).inspect()).Labels).toBeNull();
    await supervisor.start();
    await supervisor.applied();
    await supervisor.apply(apps('c2'));
    expect(await fixture.containers()).toEqual(['web_1_1_c2 running']);
    await supervisor.apply({});
  });
});
