import { describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../engine/observe-containers.ts';
import type { ServiceStatus } from '../supervisor/supervisor-client.ts';
import { derivePhases, type Sources } from './derive-phases.ts';
import type { Phase } from './phase.ts';

const NOTHING: Sources = {
  services: [
    { name: 'web', dependencies: [], build: null },
    { name: 'probe', dependencies: ['web'], build: {} },
  ],
  notBuilt: new Map(),
  applying: true,
  isQuiet: false,
  statuses: new Map(),
  containers: new Map(),
  crashing: new Map(),
  blocked: [],
  failures: new Map(),
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

function statusesOf(service: string, status: ServiceStatus): Sources['statuses'] {
  return new Map([[service, status]]);
}

function web(sources: Partial<Sources>) {
  return derivePhases({ ...NOTHING, ...sources }).get('web');
}

function failed(attempts: number): Sources['failures'] {
  const reason = 'cannot start container: port is already allocated';
  return new Map([['start web', { service: 'web', reason, attempts, isRetried: true }]]);
}

describe('derivePhases', () => {
  it.each([
    ['nothing yet', {}, { kind: 'waiting', reason: null }],
    [
      'a download',
      { statuses: statusesOf('web', { status: 'Downloading', downloadProgress: 42 }) },
      { kind: 'downloading', percent: 42 },
    ],
    [
      'an installation',
      { statuses: statusesOf('web', { status: 'Installing', downloadProgress: null }) },
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
        statuses: statusesOf('web', { status: 'Starting', downloadProgress: null }),
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

  it('shows no download of an image that is built here', () => {
    const statuses = statusesOf('probe', { status: 'Downloading', downloadProgress: 0 });
    expect(derivePhases({ ...NOTHING, statuses }).get('probe')).toEqual({ kind: 'waiting', reason: null });
  });

  it('shows a failure as final after the third attempt', () => {
    const reason = 'cannot start container: port is already allocated';
    expect(web({ failures: failed(2) })).toEqual({ kind: 'retrying', reason });
    expect(web({ failures: failed(3) })).toEqual({ kind: 'failed', reason });
  });

  it('shows a service that waits for a failed one as blocked, with what it waits for', () => {
    const message = 'depends_on: waits for web to be healthy';
    const sources = { ...NOTHING, blocked: [{ service: 'probe', reason: 'dependency', message }] };
    expect(derivePhases(sources).get('probe')).toEqual({ kind: 'waiting', reason: message });
    const unhealthy = { ...sources, containers: new Map([['web', container({ health: 'unhealthy' })]]) };
    expect(derivePhases(unhealthy).get('probe')).toEqual({ kind: 'blocked', reason: message });
  });

  it('shows a wait as vain when what it waits for changes no more and the supervisor is quiet', () => {
    const message = 'depends_on: waits for web to be healthy, but it has no health check';
    const sources = {
      ...NOTHING,
      blocked: [{ service: 'probe', reason: 'dependency', message }],
      containers: new Map([['web', container({ steady: true })]]),
    };
    expect(derivePhases(sources).get('probe')).toEqual({ kind: 'waiting', reason: message });
    expect(derivePhases({ ...sources, isQuiet: true }).get('probe')).toEqual({ kind: 'blocked', reason: message });
  });

  it('shows a wait as vain when nothing of the project brings its end, once the supervisor is quiet', () => {
    const message = 'waits for shared, which is external, to be made';
    const blocked = [{ service: 'web', reason: 'dependency', message }];
    expect(web({ blocked })).toEqual({ kind: 'waiting', reason: message });
    expect(web({ blocked, isQuiet: true })).toEqual({ kind: 'blocked', reason: message });
    // These end by themselves, however long they take.
    for (const reason of ['engine', 'hand-over'])
      expect(web({ blocked: [{ service: 'web', reason, message }], isQuiet: true })).toEqual({
        kind: 'waiting',
        reason: message,
      });
  });

  it('shows a service that is not begun as blocked once what another one fails at is all that is left', () => {
    const phases = (sources: Partial<Sources>): Phase | undefined =>
      derivePhases({
        ...NOTHING,
        services: ['web', 'good'].map((name) => ({ name, dependencies: [], build: null })),
        ...sources,
      }).get('good');
    const waiting = { kind: 'waiting', reason: null };
    expect(phases({ failures: failed(3) })).toEqual(waiting);
    expect(phases({ failures: failed(2), isQuiet: true })).toEqual(waiting);
    expect(phases({ notBuilt: new Map([['web', 'no such file']]), isQuiet: true })).toEqual(waiting);
    expect(phases({ failures: failed(3), isQuiet: true })).toEqual({ kind: 'blocked', reason: 'waits for web' });
  });

  it.each([
    ['invalid', "ports[0]: 'x' is not a port"],
    ['locked', 'the service holds its update lock'],
  ])('shows what does not pass by itself, also while the old container runs: %s', (reason, message) => {
    const containers = new Map([['web', container({ steady: true })]]);
    expect(web({ containers, blocked: [{ service: 'web', reason, message }] })).toEqual({
      kind: 'blocked',
      reason: message,
    });
  });

  it('waits for a hand-over to end, though the new container runs', () => {
    const message = 'the old container runs until the new one takes over, or for 20000 ms';
    const containers = new Map([['web', container({ steady: true })]]);
    const blocked = [{ service: 'web', reason: 'hand-over', message }];
    expect(web({ containers, blocked })).toEqual({ kind: 'waiting', reason: message });
    expect(web({ containers })).toEqual({ kind: 'running' });
  });
});
