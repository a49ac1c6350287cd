import { describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../engine/observe-containers.ts';
import { derivePhases, type Sources } from './derive-phases.ts';
import { NO_EVENTS, readServiceEvent, type ServiceEvents } from './service-events.ts';

const NOTHING: Sources = {
  services: [
    { name: 'web', dependencies: [], build: null },
    { name: 'probe', dependencies: ['web'], build: {} },
  ],
  notBuilt: new Map(),
  applying: true,
  statuses: new Map(),
  containers: new Map(),
  crashing: new Map(),
  events: new Map(),
};

function container(fields: Partial<ObservedContainer>): ObservedContainer {
  return {
    service: 'web',
    id: 'new',
    state: 'running',
    exitCode: null,
    steady: false,
    lasting: false,
    health: 'none',
    ports: [],
    ...fields,
  };
}

function web(sources: Partial<Sources>) {
  return derivePhases({ ...NOTHING, ...sources }).get('web');
}

function heard(...messages: string[]): ServiceEvents {
  return messages
    .map((message) => ({ message, service: 'web', isSystem: true, isStdErr: false }))
    .reduce(readServiceEvent, NO_EVENTS);
}

describe('derivePhases', () => {
  it.each([
    ['nothing yet', {}, { kind: 'waiting', reason: null }],
    [
      'a download',
      { statuses: new Map([['web', { status: 'Downloading', downloadProgress: 42 }]]) },
      { kind: 'downloading', percent: 42 },
    ],
    [
      'an installation',
      { statuses: new Map([['web', { status: 'Installing', downloadProgress: null }]]) },
      { kind: 'installing' },
    ],
    [
      'a container that was just created',
      { containers: new Map([['web', container({ state: 'created' })]]) },
      { kind: 'waiting', reason: null },
    ],
    [
      'a container that is being started',
      {
        containers: new Map([['web', container({ state: 'created' })]]),
        statuses: new Map([['web', { status: 'Starting', downloadProgress: null }]]),
      },
      { kind: 'starting' },
    ],
    ['a container that was just started', { containers: new Map([['web', container({})]]) }, { kind: 'starting' }],
    ['a container that is up', { containers: new Map([['web', container({ steady: true })]]) }, { kind: 'running' }],
    [
      'a health check under way',
      { containers: new Map([['web', container({ health: 'starting' })]]) },
      { kind: 'checking' },
    ],
    ['a healthy one', { containers: new Map([['web', container({ health: 'healthy' })]]) }, { kind: 'healthy' }],
    [
      'a one-shot that is done',
      { containers: new Map([['web', container({ state: 'exited', exitCode: 0 })]]) },
      { kind: 'completed' },
    ],
    [
      'one that failed',
      { containers: new Map([['web', container({ state: 'exited', exitCode: 3 })]]) },
      { kind: 'failed', reason: 'it ended with exit code 3' },
    ],
    [
      'one that fails again and again',
      { containers: new Map([['web', container({ state: 'restarting', exitCode: 1 })]]) },
      { kind: 'failed', reason: 'it ends with exit code 1 again and again; see its log' },
    ],
    [
      'one that fails again and again, and runs at this moment',
      { containers: new Map([['web', container({ steady: true })]]), crashing: new Map([['web', 1]]) },
      { kind: 'failed', reason: 'it ends with exit code 1 again and again; see its log' },
    ],
    ['no container though all is done', { applying: false }, { kind: 'failed', reason: 'it has no container' }],
    [
      'an image that was not built',
      { notBuilt: new Map([['web', 'no such file']]) },
      { kind: 'failed', reason: 'no such file' },
    ],
  ] as const)('tells %s', (_, sources, phase) => {
    expect(web(sources)).toEqual(phase);
  });

  it('does not show a download for an image that is built here', () => {
    const statuses = new Map([['probe', { status: 'Downloading', downloadProgress: 0 }]]);
    expect(derivePhases({ ...NOTHING, statuses }).get('probe')).toEqual({ kind: 'waiting', reason: null });
  });

  it('takes a failure as final when it is not retried, or after the third', () => {
    const message = "Failed to start service 'web' due to 'port is already allocated', retrying in 2 s";
    const reason = 'cannot start: port is already allocated';
    expect(web({ events: new Map([['web', heard(message)]]) })).toEqual({ kind: 'retrying', reason });
    expect(web({ events: new Map([['web', heard(message, message, message)]]) })).toEqual({ kind: 'failed', reason });
    expect(web({ events: new Map([['web', heard("Failed to install service 'web img' due to 'x'")]]) })).toEqual({
      kind: 'failed',
      reason: 'cannot install: x',
    });
  });

  it('forgets a failure after a success', () => {
    const events = heard(
      "Failed to start service 'web' due to 'x', retrying in 1 s",
      "Starting service 'web'",
      "Started service 'web'",
    );
    expect(web({ events: new Map([['web', events]]) })).toEqual({ kind: 'waiting', reason: null });
  });

  it('shows a service that waits for a failed one as blocked, with the reason', () => {
    const waits = heard("Service 'probe' has to wait: depends_on: waits for web to be healthy");
    const sources = { ...NOTHING, events: new Map([['probe', waits]]) };
    expect(derivePhases(sources).get('probe')).toEqual({
      kind: 'waiting',
      reason: 'depends_on: waits for web to be healthy',
    });
    const unhealthy = { ...sources, containers: new Map([['web', container({ health: 'unhealthy' })]]) };
    expect(derivePhases(unhealthy).get('probe')).toEqual({
      kind: 'blocked',
      reason: 'depends_on: waits for web to be healthy',
    });
  });

  it.each([
    ["Service 'web' has to wait: ports[0]: 'x' is not a port", "ports[0]: 'x' is not a port"],
    [
      "Service 'web' has to wait: depends_on: waits for db to complete, but it failed with exit code 1",
      'depends_on: waits for db to complete, but it failed with exit code 1',
    ],
    ["Service 'web' has to wait: depends_on: cycle web → db → web", 'depends_on: cycle web → db → web'],
  ])('takes what does not come about by itself as blocked: %s', (message, reason) => {
    expect(web({ events: new Map([['web', heard(message)]]) })).toEqual({ kind: 'blocked', reason });
  });

  it('names the service that blocks an update', () => {
    expect(
      web({ events: new Map([['web', heard("Updates are locked, retrying in 10 s (Service 'web': x)")]]) }),
    ).toEqual({
      kind: 'blocked',
      reason: 'it holds its update lock',
    });
  });

  it('waits for a hand-over to end, though the new container runs', () => {
    const started = [
      "Started service 'web'",
      "Service 'web' has to wait: the old container runs until the new one takes over, or for 20000 ms",
    ];
    const containers = new Map([['web', container({ steady: true })]]);
    expect(web({ applying: true, containers, events: new Map([['web', heard(...started)]]) })).toEqual({
      kind: 'waiting',
      reason: 'the old container runs until the new one takes over, or for 20000 ms',
    });
    const over = heard(...started, "Removed service 'web'");
    expect(web({ applying: true, containers, events: new Map([['web', over]]) })).toEqual({ kind: 'running' });
  });

  it("does not believe a service's own lines", () => {
    const line = {
      message: "Failed to start service 'web' due to 'x'",
      service: 'web',
      isSystem: false,
      isStdErr: false,
    };
    expect(readServiceEvent(NO_EVENTS, line)).toBe(NO_EVENTS);
  });
});
