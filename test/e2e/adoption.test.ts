import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleSupervisor,
  connectEngine,
  installReference,
  startSupervisor,
  startTestEngine,
  waitFor,
  type InstalledReference,
  type SupervisorProcess,
  type TestEngine,
} from '@device-supervisor/testbed';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => bundleSupervisor());

/** Of everything that a restart or another container would change. */
async function runsOf({ endpoint }: TestEngine): Promise<object[]> {
  const engine = connectEngine(endpoint);
  const list = await engine.listContainers({ all: true });
  const inspections = await Promise.all(list.map(({ Id }) => engine.getContainer(Id).inspect()));
  return inspections
    .map(({ Name, Id, State, RestartCount }) => ({
      Name,
      Id,
      RestartCount,
      Pid: State.Pid,
      StartedAt: State.StartedAt,
    }))
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

async function networksOf({ endpoint }: TestEngine): Promise<string[]> {
  const list = await connectEngine(endpoint).listNetworks();
  return list.map(({ Name, Id }) => `${Name} ${Id}`).sort();
}

async function adopt(reference: InstalledReference, engine: TestEngine): Promise<SupervisorProcess> {
  return await startSupervisor({
    engineEndpoint: engine.endpoint,
    // The captured host has neither kernel modules nor firmware.
    rootMount: reference.rootMount,
    port: reference.install.configJson.listenPort,
    environment: {
      BOOT_MOUNTPOINT: reference.bootMount,
      DATABASE_PATH: reference.databasePath,
      HOST_OS_VERSION_PATH: reference.osReleasePath,
      REQUIRE_API_KEY: '1',
    },
  });
}

describe.each(['managed', 'local'] as const)('a %s device that the reference ran until now', (kind) => {
  it('goes on without a restart, with the same keys, and nothing is left to do', async () => {
    await using engine = await startTestEngine();
    const directory = join(engine.directory, 'device');
    await mkdir(directory);
    await using reference = await installReference(kind, { endpoint: engine.endpoint, directory });
    const [runs, networks, rows] = [await runsOf(engine), await networksOf(engine), reference.rows()];

    await using supervisor = await adopt(reference, engine);
    const keys = reference.install.containers.flatMap(({ Config }) =>
      Config.Env.flatMap((line) => /^BALENA_SUPERVISOR_API_KEY=(.+)$/.exec(line)?.[1] ?? []),
    );
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect((await fetch(supervisor.url(`/v2/version?apikey=${key}`))).status).toBe(200);
    await waitFor(
      'the target to be reached',
      async () => await (await fetch(supervisor.url(`/v3/plan?apikey=${reference.globalKey}`))).json(),
      { until: (plan) => JSON.stringify(plan).includes('"operations":[]') },
    );

    expect(await runsOf(engine)).toEqual(runs);
    expect(await networksOf(engine)).toEqual(networks);
    expect(await supervisor.terminate()).toBe(0);
    expect(await runsOf(engine)).toEqual(runs);
    expect(reference.rows()).toEqual(rows);
  });
});
