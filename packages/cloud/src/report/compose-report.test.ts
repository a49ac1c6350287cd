import { testTarget } from '@device-supervisor/compose/testing';
import type { DeviceState, ServiceState } from '@device-supervisor/device';
import type { DeviceReport, ServiceStatus, TargetState, UpdateStatus } from '@device-supervisor/state';
import { expect, it } from 'vitest';
import { composeReport } from './compose-report.ts';

const target = testTarget({
  commit: 'c2',
  services: {
    web: { imageId: 21, image: 'web:2' },
    db: { imageId: 22, image: 'db:1' },
    job: { imageId: 23, image: 'job:1' },
  },
});

function container(name: string, imageId: number): ServiceState {
  const nothing = {
    downloadProgress: null,
    createdAt: 0,
    health: 'none',
    publishedPorts: [],
    startedAt: null,
    restarts: 0,
    exitCode: null,
    dependsOn: [],
  } as const;
  return { ...nothing, name, serviceId: 1, releaseId: 1, imageId, image: '', status: 'Running', containerId: name };
}

function reported(services: readonly ServiceState[], present: readonly string[]): unknown {
  return compose({ services, present }).apps?.['u1']?.releases?.['c2']?.services;
}

interface Situation {
  readonly services?: readonly ServiceState[];
  /** Images on the device. */
  readonly present?: readonly string[];
  readonly localMode?: boolean;
  readonly target?: TargetState;
  readonly commit?: string;
  readonly updateStatus?: UpdateStatus;
  readonly observed?: boolean;
  readonly rebootReasons?: readonly string[];
}

function compose(situation: Situation): DeviceReport {
  const { services = [], present = [], localMode = false, target: wanted = target } = situation;
  const { commit = 'c1', updateStatus = 'downloading', observed = true, rebootReasons = [] } = situation;
  const images = present.map((name): DeviceState['images'][number] => ({
    name,
    appId: 1,
    serviceName: '',
    imageId: 1,
    dockerImageId: 'sha256:1',
    status: 'Downloaded',
    downloadProgress: null,
  }));
  const app = { id: 1, uuid: 'u1', name: 'app1', commit, updateStatus, services };
  return composeReport({
    target: wanted,
    state: { observed, applying: true, apps: [app], images, blocked: [], notices: [], overallDownloadProgress: null },
    localMode,
    rebootReasons,
    supervisorVersion: '1.0.0',
    osVersion: '',
    osVariant: '',
    apiPort: 1,
    apiSecret: '',
    addresses: { ip: [], mac: [] },
    metrics: null,
  });
}

it('tells of a service that still runs for the release before whether its new image is there', () => {
  const before = [container('web', 1), container('db', 2)];
  expect(reported(before, ['web:1', 'db:1'])).toEqual({
    db: { image: 'db:1', status: 'Downloaded', download_progress: null },
  });
});

it('tells how far the image of a service is, whatever runs of it meanwhile', () => {
  const coming: ServiceState = { ...container('web', 21), status: 'Downloading', downloadProgress: 7 };
  expect(reported([coming, container('web', 1)], [])).toEqual({
    web: { image: 'web:2', status: 'Downloading', download_progress: 7 },
  });
});

it.each<[string, readonly ServiceStatus[]]>([
  ['Idle', []],
  ['Idle', ['Running', 'exited', 'Downloaded', 'paused']],
  ['Stopping', ['Running', 'Stopping']],
  ['Starting', ['Stopping', 'Starting']],
  ['Installing', ['Starting', 'Installing']],
  ['Downloading', ['Installing', 'Downloading', 'Running']],
])('tells that the device is %s when its services are %j', (status, services) => {
  const containers = services.map((each, index) => ({ ...container(`s${index}`, index), status: each }));
  expect(compose({ services: containers })).toMatchObject({ status });
});

it('reports nothing of the apps before the engine was seen', () => {
  const coming: ServiceState = { ...container('web', 21), status: 'Downloading', downloadProgress: 0 };
  expect(compose({ services: [coming], observed: false })).not.toHaveProperty('apps');
});

it('reports a release as running when all of its services have started, and the device as idle then', () => {
  const services = [container('web', 21), container('db', 22), container('job', 23)];
  const report = (web: Partial<ServiceState>, updateStatus: UpdateStatus) => {
    const { status, apps } = compose({
      services: [{ ...container('web', 21), ...web }, ...services.slice(1)],
      commit: 'c2',
      updateStatus,
    });
    return { status, running: apps?.['u1']?.release_uuid };
  };
  expect(report({}, 'done')).toEqual({ status: 'Idle', running: 'c2' });
  expect(report({ status: 'exited' }, 'done')).toEqual({ status: 'Idle', running: 'c2' });
  // Its container cannot be started.
  expect(report({ status: 'Installed' }, 'applying changes')).toEqual({ status: 'Starting', running: undefined });
  expect(report({ status: 'restarting' }, 'done')).toEqual({ status: 'Idle', running: undefined });
});

it('announces a reboot with its reasons', () => {
  expect(compose({}).provisioning_state).toBe('');
  expect(compose({ rebootReasons: ['a', 'b'] }).provisioning_state).toBe('Reboot needed: a, b');
});

it('tells nothing of the apps of a developer', () => {
  const report = compose({ services: [{ ...container('web', 21), status: 'Starting' }], localMode: true });
  expect(report.status).toBe('Idle');
  expect(report).not.toHaveProperty('apps');
});

it('tells that no release runs any more when the target names none', () => {
  const { apps } = target;
  const none = Object.fromEntries(Object.entries(apps).map(([uuid, app]) => [uuid, { ...app, release: null }]));
  expect(compose({ target: { ...target, apps: none } }).apps).toEqual({ u1: { release_uuid: '', releases: {} } });
});

it('leaves the name of the device to the cloud, where a user may have changed it meanwhile', () => {
  expect(compose({ target: { ...target, name: 'kitchen' } })).not.toHaveProperty('name');
});
