import type { DeviceEvent, DeviceState, HealthDetail, Plan } from '@device-supervisor/api-client';
import { describe, expect, it } from 'vitest';
import { formatEvent, formatHealth, formatLocks, formatPlan, formatState, formatTable } from './index.ts';

const plain = (_: unknown, text: string): string => text;
const NOW = Date.parse('2026-11-24T06:10:00Z');
const options = { paint: plain, now: NOW };

describe('formatState', () => {
  it('shows apps with their services, and what waits and why', () => {
    expect(formatState(STATE, options).join('\n')).toBe(
      `
Applying the target, downloads at 40 %

web (app 1, release 0123456789ab, downloading)
  SERVICE  STATUS            HEALTH     SINCE   PORTS       IMAGE                                     CONTAINER
  main     Running           unhealthy  10 min  :80→80/tcp  registry.local:5000/web/main:1            aaaaaaaaaaaa
  worker   Downloading 40 %  -          -       -           …/with/a/path/that/is/long/worker@sha256  -

Waits
  main (app 1)  the service holds its update lock (locked)

Without effect on this device
  device  config.X: not known
`.trim(),
    );
  });

  it('says so when there is nothing', () => {
    const empty = { ...STATE, applying: false, apps: [], blocked: [], notices: [] };
    expect(formatState(empty, options)).toEqual(['At its target: nothing is left to do', '', 'No apps.']);
  });
});

describe('formatPlan', () => {
  it('is a tree of what comes after what, with causes', () => {
    expect(formatPlan(PLAN, plain)).toEqual([
      '5 operations',
      '├─ 1 pull-image main (app 1)  ← the image is not on the device',
      '├─ 2 create-network app 1  ← it is missing',
      '│  └─ 3 create-container main (app 1) (also after 1)  ← the release changed',
      '│     └─ 4 stop-container main (app 1) (also after 1)  ← the release changed',
      '└─ 5 remove-image device  ← nothing uses it',
    ]);
  });

  it('says what waits when nothing can be done', () => {
    const plan = { ...PLAN, operations: [], blocked: STATE.blocked };
    expect(formatPlan(plan, plain)).toEqual([
      'Nothing is left to do.',
      '',
      'Waits',
      '  main (app 1)  the service holds its update lock (locked)',
    ]);
  });
});

describe('formatEvent', () => {
  const time = 0;
  const about = { time, id: 'x', kind: 'pull-image', appId: 1, service: 'main', cause: 'it is missing' };
  it.each<[DeviceEvent, string]>([
    [{ event: 'operation-started', data: about }, 'started       pull-image main (app 1) ← it is missing'],
    [
      {
        event: 'operation-finished',
        data: { ...about, result: 'failed', error: { code: 'X', message: 'no route' }, retryIn: 4000 },
      },
      'failed        pull-image main (app 1): no route; tried again in 4 s',
    ],
    [{ event: 'settled', data: { time, changed: true } }, 'settled       at its target'],
    [{ event: 'gap', data: { time, missed: null } }, 'gap           an unknown number of events are lost'],
    [
      { event: 'fault', data: { time, error: { code: 'X', message: 'one\nline \u001b[2Jonly' } } },
      'fault         one line only (X)',
    ],
  ])('%j', (event, line) => {
    expect(formatEvent(event, plain)).toBe(line);
  });
});

describe('formatLocks', () => {
  it('shows who holds what until when', () => {
    const lock = {
      appId: 1,
      appUuid: 'u',
      service: 'main',
      holder: 'backup',
      reason: '',
      expiresAt: '2026-11-24T06:15:00Z',
    };
    expect(formatLocks([lock, { ...lock, holder: null, reason: null, expiresAt: null }], options)).toEqual([
      'APP  SERVICE  HOLDER       REASON  ENDS',
      '1    main     backup       -       in 5 min',
      '1    main     a lock file  -       it is released',
    ]);
    expect(formatLocks([], options)).toEqual(['No update lock is held.']);
  });
});

describe('formatHealth', () => {
  it('names what does not work, and what to do', () => {
    expect(formatHealth(HEALTH, plain)).toEqual([
      'The supervisor works',
      '  version 17.0.0, up for 3 min, in local mode',
      '  engine connected, cloud not looked at',
      '',
      'firewall  iptables is missing',
      '  remedy: install iptables',
    ]);
  });
});

describe('formatTable', () => {
  it('obeys nothing that a device says', () => {
    const cell = 'a\u001b[31mb\u0007\nc';
    expect(formatTable(['X', 'Y'], [[cell, 'z']], plain)).toEqual(['X     Y', 'ab c  z']);
  });
});

const STATE: DeviceState = {
  status: 'success',
  applying: true,
  overallDownloadProgress: 40,
  apps: [
    {
      appId: 1,
      uuid: 'u',
      name: 'web',
      commit: '0123456789abcdef',
      updateStatus: 'downloading',
      services: [
        {
          name: 'main',
          serviceId: 1,
          imageId: 1,
          releaseId: 1,
          image: 'registry.local:5000/web/main:1',
          status: 'Running',
          health: 'unhealthy',
          downloadProgress: null,
          containerId: 'a'.repeat(64),
          createdAt: NOW - 600_000,
          startedAt: NOW - 600_000,
          restarts: 0,
          exitCode: null,
          dependsOn: [],
          ports: [{ hostIp: '', hostPort: 80, containerPort: '80/tcp' }],
        },
        {
          name: 'worker',
          serviceId: 2,
          imageId: 2,
          releaseId: 1,
          image: 'registry.example.com/somewhere/with/a/path/that/is/long/worker@sha256',
          status: 'Downloading',
          health: 'none',
          downloadProgress: 40,
          containerId: null,
          createdAt: null,
          startedAt: null,
          restarts: 0,
          exitCode: null,
          dependsOn: [],
          ports: [],
        },
      ],
    },
  ],
  blocked: [{ appId: 1, service: 'main', reason: 'locked', message: 'the service holds its update lock' }],
  notices: [{ appId: null, service: null, field: 'config.X', reason: 'not known' }],
};

const main = { appId: 1, service: 'main' };
const PLAN: Plan = {
  status: 'success',
  operations: [
    { id: 'a', kind: 'pull-image', ...main, cause: 'the image is not on the device', dependsOn: [] },
    { id: 'b', kind: 'create-network', appId: 1, service: null, cause: 'it is missing', dependsOn: [] },
    { id: 'c', kind: 'create-container', ...main, cause: 'the release changed', dependsOn: ['a', 'b'] },
    { id: 'd', kind: 'stop-container', ...main, cause: 'the release changed', dependsOn: ['a', 'c'] },
    { id: 'e', kind: 'remove-image', appId: null, service: null, cause: 'nothing uses it', dependsOn: [] },
  ],
  blocked: [],
  notices: [],
};

const HEALTH: HealthDetail = {
  healthy: true,
  ready: true,
  problems: [],
  conditions: [{ component: 'firewall', message: 'iptables is missing', remedy: 'install iptables' }],
  version: '17.0.0',
  uptimeSeconds: 200,
  localMode: true,
  engineConnected: true,
  cloudConnected: null,
  applying: false,
  blocked: [],
  notices: [],
};
