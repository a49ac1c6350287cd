import { join } from 'node:path';
import {
  DELTA_LABELS,
  startCloudFixture,
  startDeltaEngine,
  waitFor,
  type CloudFixture,
  type DeltaEngine,
  type DeviceProcess,
  type Fleet,
  type Release,
} from '@device-supervisor/testbed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let fixture: CloudFixture;
let engine: DeltaEngine;
let fleet: Fleet;
let supervisor: DeviceProcess;
/** By digest; the device has the one or the other. */
let [first, next] = ['', ''];
/** Of them the one that it has. */
let source = '';

beforeAll(async () => {
  fixture = await startCloudFixture();
  const { cloud } = fixture;
  engine = await startDeltaEngine(fixture.engine.endpoint, join(fixture.engine.directory, 'delta.sock'));
  fleet = cloud.createFleet({
    config: {
      RESIN_SUPERVISOR_DELTA: '1',
      RESIN_SUPERVISOR_DELTA_VERSION: '3',
      RESIN_SUPERVISOR_DELTA_RETRY_COUNT: '1',
      RESIN_SUPERVISOR_DELTA_RETRY_INTERVAL: '100',
    },
  });
  first = await fixture.publish('first:1');
  next = await fixture.publish('next:1');
  source = first;
  const oldest = release('c0', first);
  supervisor = await fixture.startDevice(fleet, {
    engineEndpoint: engine.endpoint,
    config: { deltaEndpoint: cloud.endpoint },
  });
  const device = await supervisor.registered();
  await fixture.running(oldest);
  await waitFor('the key of the device', () => device.reported.has('api_secret'));
  device.origin = supervisor.url('');
});

afterAll(async () => {
  await supervisor[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

afterEach(() => fixture.cloud.heal());

function release(commit: string, image: string): Release {
  return fixture.cloud.createRelease(fleet, { commit, services: { web: { image } } });
}

/** Makes a delta to the next image, which the cloud then has. @returns its name */
async function offerDelta(tag: string, from: string): Promise<string> {
  const labels = { [DELTA_LABELS.source]: from, [DELTA_LABELS.destination]: next };
  await fixture.publish(`next:${tag}`, labels);
  const reference = `${fixture.registry}/v2/next:${tag}`;
  fixture.cloud.setDelta(source, next, reference);
  return reference;
}

/** The result of an update. */
interface Course {
  /** By its engine. */
  readonly pulls: readonly string[];
  readonly applied: readonly string[];
  /** Of the cloud, by the supervisor itself. */
  readonly asked: readonly URL[];
  readonly said: string;
}

/** Has the device updated to the image that it does not have. */
async function update(commit: string): Promise<Course> {
  const { cloud } = fixture;
  const before = supervisor.output().length;
  source = source === first ? next : first;
  engine.takePulls();
  cloud.take();
  await fixture.running(release(commit, source));
  await waitFor('the old image to be gone', imagesOnEngine, { until: ({ length }) => length === 1 });
  const asked = cloud
    .take()
    .filter(({ kind, path }) => kind === 'delta' || (kind === 'token' && !path.includes('account=')))
    .map(({ path }) => new URL(path, cloud.endpoint));
  const said = supervisor.output().slice(before);
  return { pulls: engine.takePulls(), applied: engine.takeApplied(), asked, said };
}

/** By tag and by digest. */
async function imagesOnEngine(): Promise<string[]> {
  const images = await fixture.docker.listImages();
  return images.flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]);
}

/** Each update continues from the one before. */
describe('an update of a device whose engine knows deltas', () => {
  it('asks for the difference, with a token for both images, and ends with the image alone', async () => {
    const delta = await offerDelta('delta-1', first);
    const { pulls, applied, asked, said } = await update('c1');
    const question = asked.findIndex(({ pathname }) => pathname === '/api/v3/delta');
    expect(Object.fromEntries(asked[question]?.searchParams ?? [])).toEqual({ src: first, dest: next });
    expect(asked[question - 1]?.searchParams.getAll('scope')).toEqual([
      'repository:v2/next:pull',
      'repository:v2/first:pull',
    ]);
    expect(pulls).toEqual([delta, next]);
    expect(applied).toEqual([delta]);
    expect(await imagesOnEngine()).toEqual([next]);
    expect(said).not.toMatch(/whole|Failed|Fault/);
  });

  it('gets the image whole when there is no difference, and says so', async () => {
    const { pulls, said } = await update('c2');
    expect(pulls).toEqual([first]);
    expect(said).toContain(
      `No delta to image '${first}', it is downloaded whole: the service for deltas answered with status 404`,
    );
  });

  it('gets it whole when the service is at fault and stays so, and says what it waits for', async () => {
    fixture.cloud.breakWith('delta', { kind: 'status', status: 503 });
    const { pulls, asked, said } = await update('c3');
    expect(pulls).toEqual([next]);
    expect(asked.filter(({ pathname }) => pathname === '/api/v3/delta')).toHaveLength(2);
    const reason = 'the service for deltas answered with status 503';
    expect(said).toContain(`No delta to image '${next}' yet, asking again every 0.1 s: ${reason}`);
    expect(said).toContain(`No delta to image '${next}', it is downloaded whole: ${reason}`);
  });

  it('gets it whole when the registry does not have the difference, and says why', async () => {
    const lost = `${fixture.registry}/v2/first:lost`;
    fixture.cloud.setDelta(next, first, lost);
    const { pulls, said } = await update('c4');
    expect(pulls).toEqual([lost, first]);
    expect(said).toMatch(/The delta to image .* cannot be used, it is downloaded whole: .*manifest unknown/);
  });

  it('gets it whole when the engine cannot make anything of the difference, and says why', async () => {
    const delta = await offerDelta('delta-2', `${fixture.registry}/v2/unknown:1`);
    const { pulls, applied, said } = await update('c5');
    expect({ pulls, applied }).toEqual({ pulls: [delta, next], applied: [] });
    expect(said).toMatch(/The delta to image .* cannot be used, it is downloaded whole: .*failed to get delta source/);
    expect(await imagesOnEngine()).toEqual([next]);
    expect(supervisor.output()).not.toMatch(/Failed|Fault/);
  });
});
