import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  busyboxImage,
  createAuthority,
  startCloudFixture,
  startCloudStub,
  startDeviceHost,
  waitFor,
  type Authority,
  type CloudFixture,
  type DeviceProcess,
  type Fleet,
  type Release,
  type SelfSigned,
  type StubDevice,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const stack = new AsyncDisposableStack();
let authority: Authority;
let certificate: SelfSigned;
let fixture: CloudFixture;
let cloud: CloudFixture['cloud'];
/** Fields of config.json that make a device trust the cloud. */
let trusting: { readonly balenaRootCA: string };

beforeAll(async () => {
  authority = stack.use(await createAuthority());
  certificate = await authority.issue();
  fixture = stack.use(await startCloudFixture({ tls: certificate }));
  cloud = fixture.cloud;
  trusting = { balenaRootCA: base64(authority.certificate) };
  const program = { cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' };
  for (const tag of ['local:1', 'local:2']) {
    await busyboxImage(fixture.engine.endpoint, { tag, labels: { tag }, ...program });
  }
});

afterAll(() => stack.disposeAsync());

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function release(fleet: Fleet, commit: string, image: string): Release {
  return cloud.createRelease(fleet, { commit, services: { web: { image } } });
}

/** Restarts the supervisor with other fields in its config.json; `null` removes one. */
async function restart(supervisor: DeviceProcess, changes: Readonly<Record<string, unknown>>): Promise<void> {
  await supervisor.kill();
  const before: object = JSON.parse(await readFile(supervisor.configJson, 'utf8'));
  const fields = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
  await writeFile(supervisor.configJson, JSON.stringify(Object.fromEntries(fields)));
  await supervisor.start();
}

/** Has it ask for its target at once. */
async function poke(supervisor: DeviceProcess, { reported }: StubDevice): Promise<void> {
  await fetch(supervisor.url(`/v1/update?apikey=${String(reported.get('api_secret'))}`), { method: 'POST' });
}

/** Each step continues from the one before. */
describe('a device of a cloud with an authority of its own', () => {
  let fleet: Fleet;
  let device: StubDevice;
  let supervisor: DeviceProcess;
  let running: Record<string, string>;

  beforeAll(async () => {
    fleet = cloud.createFleet();
    device = cloud.createDevice(fleet);
    const only = release(fleet, 't1', 'local:1');
    supervisor = await fixture.startDevice(device, { config: trusting });
    running = await fixture.running(only);
  });

  afterAll(() => supervisor[Symbol.asyncDispose]());

  it('trusts the authority that config.json names, with whatever it says', async () => {
    await waitFor('a report', () => device.reported.has('api_secret'));
    await waitFor('logs', () => device.logs.some(({ message }) => message === `Started service 'web'`));
    expect(supervisor.output()).not.toMatch(/Failed|Fault/);
  });

  it.each<[string, () => Promise<{ config?: object; identity?: SelfSigned }>, string, RegExp]>([
    [
      'none is named',
      async () => ({ config: { balenaRootCA: null } }),
      'unable to verify the first certificate',
      /Put the certificate of the authority .* as balenaRootCA into config\.json/,
    ],
    [
      'another one is named',
      async () => {
        await using other = await createAuthority();
        return { config: { balenaRootCA: base64(other.certificate) } };
      },
      'unable to verify the first certificate',
      /Put the certificate of the authority .* as balenaRootCA into config\.json/,
    ],
    [
      'the certificate is for another host',
      async () => ({ identity: await authority.issue({ host: 'api.example.com' }) }),
      "Hostname/IP does not match certificate's altnames",
      /Check that apiEndpoint in config\.json has the name/,
    ],
    [
      'the certificate has expired',
      async () => ({ identity: await authority.issue({ hasExpired: true }) }),
      'certificate has expired',
      /Check the clock of the device/,
    ],
  ])('says what to do and runs its apps when %s', async (...[, prepare, reason, remedy]) => {
    const { config = {}, identity = certificate } = await prepare();
    const before = supervisor.output().length;
    cloud.present(identity);
    const requests = cloud.count();
    await restart(supervisor, { ...trusting, ...config });
    const said = (): string => supervisor.output().slice(before);
    for (const failure of ['Failed asking the cloud for the target: ', 'Failed to send logs to the cloud: ']) {
      const line = await waitFor(failure, () =>
        said()
          .split('\n')
          .find((each) => each.includes(failure)),
      );
      expect(line).toContain(`${new URL(cloud.endpoint).host} cannot be reached: ${reason}`);
      expect(line).toMatch(remedy);
    }
    expect(await fixture.containers()).toEqual(running);
    expect(cloud.count()).toBe(requests);
    expect(said()).not.toContain(device.key);
  });

  it('goes on by itself when the certificate is as it should be', async () => {
    const before = device.logs.length;
    cloud.present(certificate);
    // Logs are retried sooner than anything else.
    await waitFor('logs', () => device.logs.length > before);
    expect(await fixture.containers()).toEqual(running);
    const polls = cloud.count('poll');
    await restart(supervisor, trusting);
    await waitFor('it to have its target', () => cloud.count('poll') > polls);
  });

  it('that is deleted logs it, runs its apps, and sends a full report after it is registered again', async () => {
    cloud.deleteDevice(device);
    await poke(supervisor, device);
    const deleted = `the cloud does not know device ${device.uuid}. It was deleted there; apps stay as they are.`;
    await waitFor('the message', () => supervisor.output().includes(deleted));
    expect(await fixture.containers()).toEqual(running);

    const provisioning = { apiKey: fleet.provisioningKey, applicationId: fleet.id };
    await restart(supervisor, { ...provisioning, registered_at: null, deviceId: null });
    const again = await supervisor.registered();
    expect(again).toMatchObject({ uuid: device.uuid, key: device.key });
    expect(again.id).not.toBe(device.id);
    await waitFor('the release to be reported', () => again.running === 't1');
    expect(again.reported.get('api_secret')).toBe(device.reported.get('api_secret'));
    expect(await fixture.containers()).toEqual(running);
  });
});

describe('a new device', () => {
  it('whose name the cloud has given away becomes another one', async () => {
    const fleet = cloud.createFleet();
    const only = release(fleet, 'n1', 'local:1');
    const taken = cloud.createDevice(fleet);
    const config = { ...trusting, uuid: taken.uuid, deviceApiKey: 'f'.repeat(32) };
    await using supervisor = await fixture.startDevice(fleet, { config });
    const device = await supervisor.registered();
    expect(device.uuid).not.toBe(taken.uuid);
    expect(taken.key).not.toBe(device.key);
    await fixture.running(only);
  });

  it('whose key an older cloud does not know any more is given another one', async () => {
    await using older = await startCloudStub({ exchangesKeys: true });
    const fleet = older.createFleet();
    const device = older.createDevice(fleet);
    const own = { uuid: device.uuid, deviceApiKey: 'f'.repeat(32), apiEndpoint: older.endpoint };
    await using supervisor = await fixture.startDevice(fleet, { config: own });
    await waitFor('it to be registered', () => device.reported.has('api_secret'));
    expect(device.key).toBe('f'.repeat(32));
    const config: unknown = JSON.parse(await readFile(supervisor.configJson, 'utf8'));
    expect(config).toMatchObject({ uuid: device.uuid, deviceId: device.id, registered_at: expect.any(Number) });
    expect(config).not.toHaveProperty('apiKey');
  });

  it('runs what it was made with, and stays at it until a person wants it otherwise', async () => {
    const fleet = cloud.createFleet();
    const made = release(fleet, 'p1', 'local:1');
    const newest = release(fleet, 'p2', 'local:2');
    const { id, image, imageId } = made.services['web'] ?? {};
    const service = { id, image, image_id: imageId, environment: {}, labels: {} };
    const app = {
      id: fleet.id,
      name: fleet.name,
      class: 'fleet',
      releases: { p1: { id: made.id, services: { web: service } } },
    };
    const preload = { config: {}, apps: { [fleet.uuid]: app }, pinDevice: true };
    const polls = cloud.count('poll');
    await using supervisor = await fixture.startDevice(fleet, {
      config: { ...trusting, initialDeviceName: 'kitchen' },
      data: { 'apps.json': JSON.stringify(preload) },
    });
    const device = await supervisor.registered();
    const running = await fixture.running(made);
    await waitFor('its release to be reported', () => device.running === 'p1' && device.reported.has('api_secret'));
    // The introduction asks for the target, and that answer is the first poll.
    expect(cloud.count('poll')).toBe(polls + 1);
    expect(device).toMatchObject({ name: 'kitchen', pinned: { commit: 'p1' } });
    expect(await fixture.containers()).toEqual(running);

    device.origin = supervisor.url('');
    cloud.change(device, () => (device.pinned = null));
    await fixture.running(newest);
    // Objects of another device on the engine may not be removable at first.
    expect(supervisor.output()).not.toMatch(/Failed (asking|registering|introducing|reporting)|Fault/);
  });

  it('reports the configuration of its host before it applies that of the cloud', async () => {
    const fleet = cloud.createFleet({ config: { RESIN_HOST_CONFIG_dtoverlay: '"vc4-kms-v3d"' } });
    await using host = await startDeviceHost(inject('engineEndpoint'));
    const files = {
      'device-type.json': '{"slug":"raspberrypi4-64","arch":"aarch64"}',
      'config.txt': '# kept by the user\ngpu_mem=48\ndtoverlay=vc4-kms-v3d\n',
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(host.bootMount, name), content);
    const polls = cloud.count('poll');
    cloud.take();
    const config = { ...trusting, deviceType: 'raspberrypi4-64' };
    const environment = { BOOT_ID_PATH: join(host.rootMount, 'proc/sys/kernel/random/boot_id') };
    await using supervisor = await fixture.startDevice(fleet, { host, config, environment });
    const device = await supervisor.registered();
    await waitFor('its configuration', () => device.config.size > 0);
    // The configuration of its fleet is not reported.
    expect(Object.fromEntries(device.config)).toEqual({ BALENA_HOST_CONFIG_gpu_mem: '48' });
    const state = (): string => supervisor.url(`/v2/state/status?apikey=${String(device.reported.get('api_secret'))}`);
    await waitFor('it to have its target', async () => await (await fetch(state())).text(), {
      until: (text) => text.includes('"appState":"applied"') && cloud.count('poll') === polls + 2,
    });
    const kinds = cloud.take().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'poll' || kind === 'config-variable')).toEqual([
      'poll',
      'config-variable',
      'poll',
    ]);
    expect(await readFile(join(host.bootMount, 'config.txt'), 'utf8')).toBe(files['config.txt']);
    expect(await host.isRunning()).toBe(true);
  });
});
