import { describe, expect, it } from 'vitest';
import type { Blocked, DeviceState, HealthDetail, ServiceState } from '@device-supervisor/api-client';
import { summariseDevice } from './summarise-device.ts';
import type { PlanStep } from './plan-steps.ts';

function service(fields: Partial<ServiceState> = {}): ServiceState {
  return {
    name: 'web',
    serviceId: 1,
    imageId: 1,
    releaseId: 1,
    image: 'web:1',
    status: 'Running',
    health: 'none',
    downloadProgress: null,
    containerId: 'c',
    createdAt: 0,
    startedAt: 0,
    restarts: 0,
    exitCode: null,
    dependsOn: [],
    ports: [],
    ...fields,
  };
}

function state(services: readonly ServiceState[], fields: Partial<DeviceState> = {}): DeviceState {
  const app = {
    appId: 1,
    uuid: 'u',
    name: 'app',
    commit: null,
    updateStatus: 'done' as const,
    services: [...services],
  };
  return {
    status: 'success',
    applying: false,
    overallDownloadProgress: null,
    apps: [app],
    blocked: [],
    notices: [],
    ...fields,
  };
}

function blocked(reason: Blocked['reason']): Blocked {
  return { appId: 1, service: 'web', reason, message: 'web holds its lock' };
}

const RUNNING: PlanStep = {
  operation: { id: 'a', kind: 'start-container', appId: 1, service: 'web', cause: 'is to run' },
  status: 'running',
  after: [],
};

const HEALTHY: HealthDetail = {
  healthy: true,
  ready: true,
  problems: [],
  conditions: [],
  version: '17.0.0',
  uptimeSeconds: 1,
  localMode: true,
  engineConnected: true,
  cloudConnected: null,
  applying: false,
  blocked: [],
  notices: [],
};

function title(of: DeviceState, steps: readonly PlanStep[] = [], health: HealthDetail | null = HEALTHY): string {
  const summary = summariseDevice({ state: of, steps, health });
  return `${summary.tone}: ${summary.title}`;
}

describe('the summary of a device', () => {
  it.each<{ readonly expected: string; readonly steps: readonly PlanStep[]; readonly connected: boolean }>([
    { expected: 'good: The device is at its target', steps: [], connected: true },
    { expected: 'busy: The device is changing', steps: [RUNNING], connected: true },
    { expected: 'bad: The container engine is away', steps: [RUNNING], connected: false },
  ])('is "$expected"', ({ expected, steps, connected }) => {
    expect(title(state([service()]), steps, { ...HEALTHY, engineConnected: connected })).toBe(expected);
  });

  it('puts a service that crashes before everything that goes on by itself', () => {
    const crashing = state([service({ status: 'restarting', restarts: 4, exitCode: 3 })]);
    expect(title(crashing, [RUNNING])).toBe('bad: web keeps crashing');
    expect(summariseDevice({ state: crashing, steps: [], health: null }).detail).toBe(
      'Its last run ended with exit code 3, and the engine has restarted web 4 times.',
    );
  });

  it('says what has to wait, and not what waits for a moment only', () => {
    expect(title(state([service()], { blocked: [blocked('locked')] }))).toBe('warn: web waits for an update lock');
    expect(title(state([service()], { blocked: [blocked('locked'), blocked('locked')] }))).toBe(
      'warn: web waits for an update lock (and 1 more)',
    );
    expect(title(state([service()], { blocked: [blocked('dependency')], applying: true }))).toBe(
      'busy: The device is changing',
    );
  });

  it('knows stopped and unhealthy services, and none', () => {
    const stopped = state([service(), service({ name: 'db', status: 'exited', exitCode: 0 })]);
    expect(summariseDevice({ state: stopped, steps: [], health: HEALTHY }).detail).toBe('1 service running, 1 stopped');
    expect(title(state([service({ health: 'unhealthy' })]))).toBe('warn: web is unhealthy');
    expect(title(state([]))).toBe('idle: Nothing to run');
  });
});
