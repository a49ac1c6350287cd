import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import {
  startAppFixture,
  startFaultyEngine,
  startSupervisor,
  waitFor,
  type AppFixture,
} from '@device-supervisor/testbed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const APP = 90_041;
const run = promisify(execFile);

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

/** As a power cut does: engine and containers end at once, and files are lost. */
async function cutPower(...lost: readonly string[]): Promise<void> {
  const { engine } = fixture;
  await engine.kill();
  // Containers survive their engine.
  await run('pkill', ['-9', '-f', `^(containerd-shim|/usr/bin/containerd-shim).*${engine.directory}`]).catch(
    () => undefined,
  );
  for (const path of lost) {
    await run('umount', [`${path}/merged`]).catch(() => undefined);
    await rm(path, { recursive: true, force: true });
  }
  await engine.revive();
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
    await cutPower(await layerOf('web_1_1_c1'));
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
