import { join } from 'node:path';
import { startAppFixture, waitFor, type AppFixture, type SupervisorProcess } from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecordingProxy, type RecordingProxy } from './recording-proxy.ts';

const APP = 90_101;

let fixture: AppFixture;
let proxy: RecordingProxy;

beforeAll(async () => {
  fixture = await startAppFixture(APP);
  proxy = await startRecordingProxy(fixture.engine.endpoint, join(fixture.engine.directory, 'recording.sock'));
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

/** The next one differs from it in the images of both services and in the network. */
function release(number: number): Record<string, object> {
  const image = fixture.images[number % 2] ?? '';
  const services = { web: { image, volumes: ['data:/data'], depends_on: ['db'] }, db: { image } };
  const networks = { default: { labels: { release: String(number) } } };
  return fixture.target(services, { commit: `c${number}`, volumes: { data: {} }, networks });
}

/** The next one takes over from it. */
function handedOver(number: number): Record<string, object> {
  const image = fixture.images[number % 2] ?? '';
  const labels = { 'io.balena.update.strategy': 'hand-over', 'io.balena.update.handover-timeout': '0' };
  const web = { image, labels, volumes: ['data:/data'], stop_signal: 'SIGKILL' };
  return fixture.target({ web }, { commit: `c${number}`, volumes: { data: {} } });
}

async function ask(supervisor: SupervisorProcess, apps: object): Promise<void> {
  expect(await supervisor.post('/v2/local/target-state', { local: { apps } })).toMatchObject({ status: 200 });
}

/** Whether an update was cut off after so many writes, rather than over before. */
async function isCutOff(
  supervisor: SupervisorProcess,
  { apps, writes }: { apps: object; writes: number },
): Promise<boolean> {
  const cut = proxy.cutAfter(writes).then(() => true);
  await ask(supervisor, apps);
  return await Promise.race([cut, supervisor.applied().then(() => false)]);
}

async function expectRelease(number: number, services: readonly string[]): Promise<void> {
  expect(await fixture.containers()).toEqual(
    services.map((service) => `${service}_${service === 'web' ? 1 : 2}_1_c${number} running`).sort(),
  );
  expect(await fixture.heldLocks()).toEqual([]);
  expect(await fixture.exec(`web_1_1_c${number}`, 'cat /data/file')).toBe('kept');
}

describe('a supervisor that is killed between two calls of the engine, and started again', () => {
  it.each([
    { update: 'of two services and their network', next: release, services: ['db', 'web'], calls: 10 },
    { update: 'by hand-over', next: handedOver, services: ['web'], calls: 6 },
  ])('finishes an update $update, wherever it was', async ({ next, services, calls }) => {
    await using supervisor = await fixture.startSupervisor(proxy.endpoint);
    await supervisor.apply(next(0));
    await fixture.exec('web_1_1_c0', 'printf kept > /data/file');
    let writes = 1;
    while (await isCutOff(supervisor, { apps: next(writes), writes })) {
      await supervisor.kill();
      proxy.mend();
      await supervisor.start();
      await supervisor.applied();
      await expectRelease(writes, services);
      writes++;
    }
    proxy.mend();
    await expectRelease(writes, services);
    // So many calls has the whole update.
    expect(writes - 1).toBe(calls);
    await fixture.removeAll(supervisor);
  });
});

it.each([2, 7])(
  'an engine that is killed after call %i of an update, and comes back, is brought to the target',
  async (writes) => {
    await using supervisor = await fixture.startSupervisor(proxy.endpoint);
    await supervisor.apply(release(0));
    await fixture.exec('web_1_1_c0', 'printf kept > /data/file');
    expect(await isCutOff(supervisor, { apps: release(1), writes })).toBe(true);
    await fixture.engine.kill();
    proxy.mend();
    await waitFor('the loss to be noticed', () => supervisor.output().includes('The container engine is lost'));
    await fixture.engine.revive();
    await supervisor.applied();
    await expectRelease(1, ['db', 'web']);
    await fixture.removeAll(supervisor);
  },
);
