import type { EngineSnapshot, ObservedContainer, Operation } from '@device-supervisor/compose';
import {
  reachedSnapshot,
  TEST_ABILITIES,
  TEST_DEVICE,
  testImageRecords,
  testPlanInput,
  testTarget,
} from '@device-supervisor/compose/testing';
import { ALL_APPS, NO_APPS, plan } from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';
import { describe, expect, it } from 'vitest';
import { Activity } from '../loop/activity.ts';
import { describeState } from './describe-state.ts';
import type { DeviceState } from './device-state.ts';

/** Running operations with their progress, and failed ones that wait for a retry. */
type Doing = readonly [Operation['kind'], (number | 'failed' | 'given up')?];

function describeDevice(target: TargetState, snapshot: EngineSnapshot, doing: readonly Doing[] = []): DeviceState {
  const input = testPlanInput(target, snapshot);
  const { operations } = plan(input);
  const activity = new Activity();
  const paused = new Map<string, string>();
  for (const [kind, percent] of doing) {
    for (const operation of operations.filter((one) => one.kind === kind)) {
      if (percent === 'failed' || percent === 'given up') {
        paused.set(operation.id, percent);
        continue;
      }
      activity.apply({ type: 'started', operation });
      if (percent === undefined) continue;
      activity.apply({ type: 'progress', operation, progress: { percent, receivedBytes: 0, totalBytes: 0 } });
    }
  }
  const next = plan({ ...input, policy: { ...input.policy, paused } });
  return describeState({
    target,
    device: TEST_DEVICE,
    snapshot,
    activity,
    plan: next,
    images: testImageRecords(target, snapshot),
    applying: true,
    updates: doing.some(([, state]) => state === 'given up') ? NO_APPS : ALL_APPS,
    onFault: fail,
  });
}

function fail(error: unknown): never {
  throw error;
}

function services(state: DeviceState): string[] {
  return state.apps.flatMap(({ services: all }) =>
    all.map(
      ({ name, status, downloadProgress }) =>
        `${name} ${status}${downloadProgress === null ? '' : ` ${downloadProgress}%`}`,
    ),
  );
}

function change(snapshot: EngineSnapshot, fields: Partial<ObservedContainer>): EngineSnapshot {
  return { ...snapshot, containers: snapshot.containers.map((one) => ({ ...one, ...fields })) };
}

const target = testTarget({ services: { web_1: {}, db: {} } });
const reached = reachedSnapshot(target);
const empty: EngineSnapshot = { abilities: TEST_ABILITIES, containers: [], images: [], networks: [], volumes: [] };

describe('describeState', () => {
  it('shows what runs, with the release that its container was made for', () => {
    const state = describeDevice(target, reached);
    expect(services(state)).toEqual(['web_1 Running', 'db Running']);
    expect(state.apps).toMatchObject([
      {
        id: 1,
        name: 'app1',
        commit: 'c1',
        updateStatus: 'done',
        services: [{ imageId: 1, releaseId: 1, containerId: 'c-1-web_1' }, {}],
      },
    ]);
    expect(state.overallDownloadProgress).toBeNull();
  });

  it('shows downloads of services that have no container yet', () => {
    const state = describeDevice(target, empty, [['pull-image', 40]]);
    expect(services(state)).toEqual(['web_1 Downloading 40%', 'db Downloading 40%']);
    expect(state).toMatchObject({ overallDownloadProgress: 40, apps: [{ commit: null, updateStatus: 'downloading' }] });
    expect(state.images.map(({ name, status, downloadProgress }) => `${name} ${status} ${downloadProgress}`)).toEqual([
      'web_1:1 Downloading 40',
      'db:1 Downloading 40',
    ]);
  });

  it('shows what is downloaded first, and behind it the container that runs on meanwhile', () => {
    const next = testTarget({ commit: 'c2', services: { web_1: { image: 'web:2' }, db: {} } });
    const state = describeDevice(next, reached, [['pull-image', 7]]);
    expect(services(state)).toEqual(['web_1 Downloading 7%', 'web_1 Running', 'db Running']);
  });

  it('shows a download that failed as one until it is tried again', () => {
    const next = testTarget({ commit: 'c2', services: { web_1: { image: 'web:2' }, db: {} } });
    const state = describeDevice(next, reached, [['pull-image', 'failed']]);
    expect(services(state)).toEqual(['web_1 Downloading 0%', 'web_1 Running', 'db Running']);
    expect(state.apps).toMatchObject([{ updateStatus: 'downloading', commit: 'c1' }]);
    const ended = describeDevice(next, reached, [['pull-image', 'given up']]);
    expect(ended.apps).toMatchObject([{ updateStatus: 'aborted', commit: 'c1' }]);
  });

  it('shows an update that was given up before it was planned as one', () => {
    const next = testTarget({ commit: 'c2', services: { web_1: { image: 'web:2' }, db: {} } });
    const nothing = { operations: [], blocked: [], notices: [], wakeAt: null };
    const sources = { device: TEST_DEVICE, snapshot: reached, activity: new Activity(), plan: nothing, images: [] };
    const status = (wanted: TargetState): unknown =>
      describeState({ ...sources, target: wanted, applying: false, updates: NO_APPS, onFault: fail }).apps[0]
        ?.updateStatus;
    expect([next, target].map(status)).toEqual(['aborted', 'done']);
  });

  it.each<[Operation['kind'], string]>([
    ['create-container', 'web_1 Installing'],
    ['save-image', 'web_1 Downloaded'],
  ])('shows images that are there while %s runs', (kind, expected) => {
    expect(services(describeDevice(target, { ...reached, containers: [] }, [[kind]]))).toContain(expected);
  });

  it.each<[Partial<ObservedContainer>, string]>([
    [{ status: 'created', startedAt: null }, 'Installed'],
    [{ status: 'exited' }, 'exited'],
    [{ status: 'restarting' }, 'restarting'],
    [{ status: 'paused' }, 'paused'],
    [{ status: 'dead' }, 'Dead'],
    [{ status: 'removing' }, 'Stopping'],
  ])('has a word for a container that is %j', (fields, word) => {
    expect(services(describeDevice(target, change(reached, fields)))).toEqual([`web_1 ${word}`, `db ${word}`]);
  });

  it('shows containers that are started and stopped', () => {
    const created = change(reached, { status: 'created', startedAt: null });
    expect(services(describeDevice(target, created, [['start-container']]))).toEqual(['web_1 Starting', 'db Starting']);
    const other = testTarget({ services: { web_1: { environment: { A: '1' } }, db: { environment: { A: '1' } } } });
    expect(services(describeDevice(other, reached, [['stop-container']]))).toEqual(['web_1 Stopping', 'db Stopping']);
  });

  it('shows apps and services that are on their way out', () => {
    expect(describeDevice({ config: {}, apps: {} }, reached).apps).toMatchObject([
      {
        id: 1,
        uuid: 'u1',
        name: 'app1',
        updateStatus: 'applying changes',
        services: [{ name: 'web_1' }, { name: 'db' }],
      },
    ]);
    expect(services(describeDevice(testTarget({ services: { db: {} } }), reached))).toEqual([
      'db Running',
      'web_1 Running',
    ]);
  });

  it('names a running release only when all containers are of it', () => {
    const commit = (snapshot: EngineSnapshot): string | null | undefined =>
      describeDevice(target, snapshot).apps[0]?.commit;
    const [web, db] = reached.containers;
    if (web === undefined || db === undefined) throw new Error('the fixture has no containers');
    expect(commit({ ...reached, containers: [web] })).toBeNull();
    expect(commit({ ...reached, containers: [web, { ...db, name: 'db_2_1_c0' }] })).toBeNull();
    expect(
      commit({
        ...reached,
        containers: [
          { ...web, name: 'web_1_1_1_c0' },
          { ...db, name: 'db_2_1_c0' },
        ],
      }),
    ).toBe('c0');
  });
});

describe('what a service is and did', () => {
  it('names the services that it depends on, and how its last run ended', () => {
    const web = { composition: { depends_on: { db: { condition: 'service_healthy' } } } };
    const release = testTarget({ services: { web, db: {} } });
    const state = describeDevice(release, change(reachedSnapshot(release), { restartCount: 4, exitCode: 3 }));
    expect(state.apps[0]?.services).toMatchObject([
      { name: 'web', dependsOn: ['db'], restarts: 4, exitCode: 3 },
      { name: 'db', dependsOn: [] },
    ]);
  });

  it('has no exit code before its first run has ended', () => {
    const running = change(reached, { restartCount: 0, exitCode: 0, status: 'running' });
    expect(describeDevice(target, running).apps[0]?.services).toMatchObject([{ exitCode: null }, { exitCode: null }]);
    const ended = change(reached, { restartCount: 0, exitCode: 0, status: 'exited' });
    expect(describeDevice(target, ended).apps[0]?.services).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  });
});
