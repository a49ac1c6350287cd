import { expect, it } from 'vitest';
import { reachedSnapshot, testTarget } from '../testing/fixtures.ts';
import { changeContainer, printPlan, printUpdate } from '../testing/print-plan.ts';

const composition = { expose: ['80'], stdin_open: true, cap_add: ['NET_ADMIN'] };
const target = testTarget({ services: { web: { composition } } });
const foreign = changeContainer(reachedSnapshot(target), 'web', ({ config }) => ({
  foreign: true,
  config: { ...config, exposedPorts: [], stdinOpen: false, entrypoint: [], stopSignal: 'SIGTERM', stopTimeout: 10 },
}));

it('a container of another supervisor is kept for its release, with a notice of what it lacks', () => {
  expect(printPlan(target, foreign)).toBe(
    'notice app 1 service web: container was created by another supervisor; with the next change of the service it gets: stdinOpen false → true; exposedPorts',
  );
});

it('is replaced where it lacks what that supervisor applies, too', () => {
  const changed = changeContainer(foreign, 'web', ({ config }) => ({ config: { ...config, capAdd: [] } }));
  expect(printPlan(target, changed)).toContain('create-container web_1_1_c1: capAdd');
});

it('is replaced with the next release', () => {
  const next = testTarget({ commit: 'c2', services: { web: { composition } } });
  expect(printPlan(next, foreign)).toContain('create-container web_1_1_c2: stdinOpen false → true; exposedPorts');
});

it('a container of ours has everything that the release asks for', () => {
  expect(printUpdate(target, target)).toBe('');
  const own = foreign.containers.map(({ foreign: _foreign, ...container }) => container);
  expect(printPlan(target, { ...foreign, containers: own })).toContain(
    'create-container web_1_1_c1: stdinOpen false → true; exposedPorts',
  );
});
