import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import type { ContainerConfig } from '../container-config.ts';
import { reachedSnapshot, testImage, testTarget } from '../testing/fixtures.ts';
import { changeContainer, EMPTY_ENGINE, printPlan } from '../testing/print-plan.ts';

type Composition = TargetService['composition'];

const target = (composition: Composition, db: Composition = {}) =>
  testTarget({ services: { side: { composition }, db: { composition: db } } });

describe.each<[string, Composition, Partial<ContainerConfig>]>([
  ['pid', { pid: 'service:db' }, { pid: 'container:c-1-db' }],
  ['ipc', { ipc: 'service:db' }, { ipc: 'container:c-1-db' }],
  ['volumes_from', { volumes_from: ['db:ro'] }, { volumesFrom: ['c-1-db:ro'] }],
])('a service that shares %s with another', (field, composition, shares) => {
  const reached = changeContainer(reachedSnapshot(target(composition)), 'side', ({ config }) => ({
    config: { ...config, ...shares },
  }));

  it('is as wanted when it names the container of the other', () => {
    expect(printPlan(target(composition), reached)).toBe('');
  });

  it('comes after the other', () => {
    const images = [testImage('side:1'), testImage('db:1')];
    const plan = printPlan(target(composition), { ...EMPTY_ENGINE, images });
    expect(plan).toContain('create-container db_2_1_c1');
    expect(plan).not.toContain('create-container side_1_1_c1');
    expect(plan).toContain(`blocked app 1 service side (dependency): ${field}: waits for the container of db`);
  });

  it('goes before the other, and comes again after it', () => {
    const plan = printPlan(target(composition, { hostname: 'changed' }), reached);
    expect(plan).toMatch(/stop-container db_2_1_c1: .*\[after .*stop-container side_1_1_c1\]/);
    expect(plan).toContain('remove-container side_1_1_c1: the container of db is replaced');
  });

  it('waits for another that is held', () => {
    const plan = printPlan(target(composition, { ipc: 'unknown' }), EMPTY_ENGINE);
    expect(plan).toContain(`blocked app 1 service side (dependency): ${field}: waits for db`);
  });
});

describe('hooks', () => {
  const hooked = (command: string) => testTarget({ services: { web: { composition: { post_start: [{ command }] } } } });

  it('replace the container when they change, and are not printed', () => {
    const plan = printPlan(hooked('register --token secret'), reachedSnapshot(hooked('register')));
    expect(plan).toContain('stop-container web_1_1_c1: postStart ');
    expect(plan).not.toContain('secret');
  });
});

describe('an image whose content is known', () => {
  const pushed = (contentId?: string) =>
    testTarget({ services: { web: contentId === undefined ? {} : { contentId, environment: { NEW: '1' } } } });
  const deployed = testTarget({ services: { web: { contentId: 'sha256:web:1' } } });
  const built = { ...testImage('web:1'), id: 'sha256:built' };
  const unnamed = { ...testImage('web:1'), tags: [] };

  it('is kept when its name moves to another one', () => {
    expect(printPlan(deployed, { ...reachedSnapshot(deployed), images: [built, unnamed] })).toBe('');
  });

  it('is created from by its id when its name moved', () => {
    const snapshot = { ...reachedSnapshot(deployed), containers: [], images: [built, unnamed] };
    const plan = printPlan(deployed, snapshot);
    expect(plan).toContain('create-container web_1_1_c1');
    expect(plan).not.toMatch(/pull-image|remove-image/);
  });

  it('is replaced once by what the next target names', () => {
    const plan = printPlan(pushed('sha256:built'), { ...reachedSnapshot(deployed), images: [built, unnamed] });
    expect(plan.match(/^create-container/gm)).toHaveLength(1);
    expect(plan).toContain('image web:1 has new content');
  });

  it('that is gone keeps its container, and is not replaced by another of its name', () => {
    const snapshot = reachedSnapshot(deployed);
    expect(printPlan(deployed, { ...snapshot, images: [built] })).toBe('');
    const plan = printPlan(deployed, { ...snapshot, containers: [], images: [built] });
    expect(plan).toContain('(invalid): the image that web:1 named when the target was set is gone');
    expect(plan).not.toContain('create-container');
  });
});

describe('an app that leaves while another comes', () => {
  it('has stopped before the other starts', () => {
    const left = testTarget({ id: 7, services: { old: { composition: { network_mode: 'host' } } } });
    const next = testTarget({ id: 8, services: { fresh: { composition: { network_mode: 'host' } } } });
    const images = [testImage('fresh:1'), testImage('old:1')];
    const plan = printPlan(next, { ...reachedSnapshot(left), images });
    expect(plan).toMatch(/start-container fresh_\S+: does not exist \[after .*stop-container old_/);
  });
});
