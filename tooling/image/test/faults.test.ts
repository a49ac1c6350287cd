import { execFile } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  startCloudFixture,
  startDeviceHost,
  waitFor,
  type CloudFixture,
  type DeviceHost,
  type Fleet,
} from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildImageFixture } from './image-fixture.ts';
import { installImage, type InstalledImage } from './installed-image.ts';

const command = promisify(execFile);
const resources = new AsyncDisposableStack();
let fixture: CloudFixture;
let fleet: Fleet;
let host: DeviceHost;
let device: InstalledImage;
let directory: string;
/** The device as it is when nothing is wrong. */
let before: DeviceState;

beforeAll(async () => {
  const built = resources.use(await buildImageFixture());
  ({ directory } = built);
  fixture = resources.use(await startCloudFixture());
  fleet = fixture.cloud.createFleet({ name: 'fleet' });
  const labels = { 'io.balena.features.supervisor-api': '1' };
  const web = { image: await fixture.publish('web:1'), labels, composition: { volumes: ['data:/data'] } };
  fixture.cloud.createRelease(fleet, { commit: 'c1', services: { web }, volumes: { data: {} } });
  const config = {
    apiEndpoint: fixture.cloud.endpoint,
    registryEndpoint: fixture.registry,
    deviceType: 'generic-amd64',
    apiKey: fleet.provisioningKey,
    applicationId: fleet.id,
  };
  host = resources.use(await startDeviceHost(inject('engineEndpoint'), { config }));
  device = await installImage({ endpoint: fixture.engine.endpoint, image: built.image, host, directory });
  resources.defer(async () => void (await command('umount', ['--lazy', device.dataDirectory])));
});

afterAll(() => resources.disposeAsync());

async function appContainers(): Promise<string[]> {
  const filters = { label: ['io.balena.supervised'] };
  const list = await fixture.docker.listContainers({ filters });
  return list.map(({ Id, Names: [name = ''], State }) => `${name} ${Id} ${State}`).sort();
}

const configJson = async (): Promise<string> => await readFile(join(host.bootMount, 'config.json'), 'utf8');
const databasePath = (): string => join(device.dataDirectory, 'database.sqlite');

interface DeviceState {
  readonly uuid: string;
  /** Names, ids and states of the app's containers. */
  readonly apps: readonly string[];
  /** How many the cloud has. */
  readonly devices: number;
}

/** The device, once it answers and has nothing left to do. */
async function settled(): Promise<DeviceState> {
  await device.answers();
  await waitFor('nothing to be left to do', () => device.get('/v3/plan'), {
    until: (plan) => JSON.stringify(plan).includes('"operations":[]'),
  });
  const uuid = /"uuid":\s*"(\w+)"/.exec(await configJson())?.[1] ?? '';
  return { uuid, apps: await appContainers(), devices: fixture.cloud.devices().length };
}

async function waitForCondition(component: string): Promise<void> {
  await waitFor(`the health to name ${component}`, () => device.conditions(), {
    until: (components) => components.includes(component),
  });
}

async function waitWithoutCondition(component: string): Promise<void> {
  await waitFor(`the health not to name ${component}`, () => device.conditions(), {
    until: (components) => !components.includes(component),
  });
}

/** Changes files while no supervisor runs. */
async function whileStopped(change: () => Promise<void>): Promise<void> {
  await device.remove();
  await change();
  await device.start();
}

it('registers with its cloud, and runs the release of its fleet', async () => {
  await device.start();
  await device.answers();
  await waitFor('the app to run', appContainers, { until: (list) => list.some((one) => one.endsWith('running')) });
  await waitFor('the registration', configJson, { until: (content) => content.includes('registered_at') });
  before = await settled();
  expect(before).toMatchObject({ apps: [expect.stringContaining('/web_')], devices: 1 });
});

describe('a device survives', () => {
  it('SIGKILL', async () => {
    await device.kill();
    expect(await settled()).toEqual(before);
  });

  it('a reboot of the host that a client asked for', async () => {
    expect(await device.post('/v1/reboot', {})).toBe(202);
    expect(await host.shutdown()).toBe('reboot');
    await device.remove();
    await host.start();
    await device.start();
    expect(await settled()).toEqual(before);
  });

  it('a restart of its engine', async () => {
    await fixture.engine.kill();
    await fixture.engine.revive();
    expect(await settled()).toEqual(before);
  });

  it.each([
    ['deleted', () => rm(databasePath())],
    ['truncated', () => truncate(databasePath(), 1000)],
    ['bit-flipped', () => flipBits(databasePath())],
  ])('a database that was %s while it was off', async (_, damage) => {
    await whileStopped(damage);
    expect(await settled()).toEqual(before);
  });

  it('a database that was deleted while it ran', async () => {
    await rm(databasePath());
    await device.kill();
    expect(await settled()).toEqual(before);
  });

  it('a data partition that is read-only', async () => {
    await device.remove();
    await device.start({ dataIsReadOnly: true });
    await device.answers();
    await waitForCondition('database');
    expect(await appContainers()).toEqual(before.apps);
    await device.remove();
    await device.start();
    expect(await settled()).toEqual(before);
  });

  it.each([
    ['damaged', () => writeFile(join(host.bootMount, 'config.json'), '{"uuid":')],
    ['empty', () => writeFile(join(host.bootMount, 'config.json'), '')],
    ['missing', () => rm(join(host.bootMount, 'config.json'))],
  ])('a config.json that is %s', async (_, damage) => {
    await whileStopped(damage);
    expect(await settled()).toEqual(before);
    expect(await device.output()).toContain('last good content is in its place again');
  });

  it('a boot partition that is not mounted: it does not start as another device', async () => {
    const empty = join(directory, 'empty');
    await mkdir(empty, { recursive: true });
    await device.remove();
    await device.start({ bootMount: empty });
    await waitFor('the reason', () => device.output(), {
      until: (output) => output.includes('BOOT_PARTITION_MISSING'),
    });
    expect(await readdir(empty)).toEqual([]);
    expect(await appContainers()).toEqual(before.apps);
    await device.remove();
    await device.start();
    expect(await settled()).toEqual(before);
  });

  it('a data partition that is full', async () => {
    const file = join(device.dataDirectory, 'large');
    await expect(writeFile(file, Buffer.alloc(16e6))).rejects.toThrow('ENOSPC');
    await waitForCondition('disk');
    await device.kill();
    await device.answers();
    await waitForCondition('disk');
    await rm(file);
    await waitWithoutCondition('disk');
    expect(await settled()).toEqual(before);
  });

  it('a data partition without inodes', async () => {
    const files = join(device.dataDirectory, 'files');
    await mkdir(files);
    await expect(makeFiles(files)).rejects.toThrow('ENOSPC');
    await waitForCondition('disk');
    await device.kill();
    await device.answers();
    await waitForCondition('disk');
    await rm(files, { recursive: true });
    await waitWithoutCondition('disk');
    expect(await settled()).toEqual(before);
  });

  it('a cloud that is away: the health names it, and the liveness does not change', async () => {
    await fixture.cloud.goAway();
    await device.post('/v1/update', {});
    await waitForCondition('cloud');
    expect(await device.get('/v3/health/live')).toEqual({ healthy: true });
    expect(await appContainers()).toEqual(before.apps);
    await fixture.cloud.comeBack();
    await device.post('/v1/update', {});
    await waitWithoutCondition('cloud');
    expect(await settled()).toEqual(before);
  });

  it('a clock that is set forward and back by years: apps run on, the cloud is asked as before, the health tells', async () => {
    const time = join(directory, 'time');
    await writeFile(time, '+0');
    fleet.config.set('RESIN_SUPERVISOR_POLL_INTERVAL', '1000');
    await device.remove();
    await device.start({ clock: time });
    expect(await settled()).toEqual(before);
    await device.post('/v1/update', {});
    const usual = await workOfPolls();
    for (const offset of ['+365d', '-365d', '-3650d']) {
      await writeFile(time, offset);
      await waitForCondition('clock');
      // A clock that works has no more to do than before; one that does not would take all of the processor's time.
      expect(await workOfPolls()).toBeLessThanOrEqual(usual * 3 + 500);
      expect(await device.get('/v3/health/live')).toEqual({ healthy: true });
      expect(await settled()).toEqual(before);
    }
    await writeFile(time, '+0');
    await waitWithoutCondition('clock');
    fleet.config.delete('RESIN_SUPERVISOR_POLL_INTERVAL');
    await device.remove();
    await device.start();
    expect(await settled()).toEqual(before);
  });

  it('a second supervisor, which ends with a reason', async () => {
    const { code, output } = await device.startSecond();
    expect([code, output]).toEqual([1, expect.stringContaining('STORE_IN_USE')]);
    expect(await settled()).toEqual(before);
  });
});

/** Polls of the cloud that one look at the processor time covers; the device asks every second. */
const POLLS = 3;

/** Milliseconds of processor time that the supervisor takes while the cloud is asked several times. */
async function workOfPolls(): Promise<number> {
  const begun = fixture.cloud.count('poll');
  const work = await device.processorTime();
  await waitFor('the cloud to be asked', () => fixture.cloud.count('poll'), {
    until: (count) => count >= begun + POLLS,
  });
  return (await device.processorTime()) - work;
}

/** Changes a byte of every second page. */
async function flipBits(path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  try {
    for (let at = 200; at < size; at += 8192) await file.write(Buffer.from([0xff]), 0, 1, at);
  } finally {
    await file.close();
  }
}

async function makeFiles(folder: string): Promise<never> {
  for (let count = 0; ; count++) await writeFile(join(folder, String(count)), '');
}
