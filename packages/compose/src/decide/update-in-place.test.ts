import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { DEFAULT_CONTAINER_CONFIG, type Resources } from '../container-config.ts';
import { reachedSnapshot, testTarget, type TestPlanInput } from '../testing/fixtures.ts';
import { changeContainer, printPlan, printUpdate } from '../testing/print-plan.ts';
import { updateInPlace } from './compare.ts';

type Composition = TargetService['composition'];

const { resources: NO_LIMITS } = DEFAULT_CONTAINER_CONFIG;

function printChange(from: Composition, to: Composition, input?: TestPlanInput): string {
  const target = (composition: Composition) => testTarget({ services: { web: { composition } } });
  return printUpdate(target(from), target(to), input);
}

describe('limits and the restart policy', () => {
  it('are changed on the container as it is, without its locks', () => {
    expect(printChange({ mem_limit: '64m', cpus: 0.5 }, { mem_limit: '128m', cpus: 1, restart: 'on-failure:3' })).toBe(
      'update-container web_1_1_c1: restart maximumRetryCount 0 → 3, name always → on-failure; resources memory 67108864 → 134217728, nanoCpus 500000000 → 1000000000',
    );
  });

  it('are changed under the locks when less memory may end what runs', () => {
    expect(printChange({ mem_limit: '128m' }, { mem_limit: '64m' })).toBe(
      [
        'acquire-locks 1: to give web less memory',
        'update-container web_1_1_c1: resources memory 134217728 → 67108864 [after acquire-locks 1]',
        'release-locks 1: done [after update-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it('wait for the locks with less memory alone', () => {
    const held: TestPlanInput = { heldLocks: [{ appId: 1, service: 'web' }] };
    expect(printChange({}, { mem_limit: '64m' }, held)).toBe(
      'blocked app 1 service web (locked): the service holds its update lock',
    );
    expect(printChange({}, { cpu_shares: 512 }, held)).toBe('update-container web_1_1_c1: resources cpuShares 0 → 512');
  });

  it('are changed before a container that stopped is started again', () => {
    const target = (cpu_shares: number) => testTarget({ services: { web: { composition: { cpu_shares } } } });
    const stopped = changeContainer(reachedSnapshot(target(2)), 'web', { status: 'created', startedAt: null });
    expect(printPlan(target(4), stopped)).toBe(
      [
        'update-container web_1_1_c1: resources cpuShares 2 → 4',
        'start-container web_1_1_c1: was never started [after update-container web_1_1_c1]',
      ].join('\n'),
    );
  });

  it.each<[string, Composition, Composition]>([
    ['that shall be no more', { mem_limit: '64m' }, {}],
    ['as another kind of limit', { cpus: 1 }, { cpu_quota: 50_000 }],
    ['together with anything else', { cpu_shares: 2 }, { cpu_shares: 4, user: 'app' }],
  ])('need another container %s', (_, from, to) => {
    expect(printChange(from, to)).toContain('create-container web_1_1_c1: ');
    expect(printChange(from, to)).not.toContain('update-container');
  });

  it('need another container when the engine did not change them', () => {
    const paused = new Map([['update-container web_1_1_c1', 'refused; next try in 1 s']]);
    expect(printChange({}, { cpu_shares: 512 }, { policy: { paused } })).toContain(
      'create-container web_1_1_c1: resources cpuShares',
    );
  });
});

describe('updateInPlace', () => {
  it.each<[Partial<Resources>, Partial<Resources>, boolean]>([
    [{}, { memory: 64 }, true],
    [{ memory: 64, memorySwap: 96 }, { memory: 128, memorySwap: 192 }, true],
    [{ memory: 64, memorySwap: -1 }, { memory: 64, memorySwap: 96 }, true],
    [{ memory: 64, memorySwap: -1 }, { memory: 128, memorySwap: -1 }, true],
    [{ memory: 64, memorySwap: 96 }, { memory: 64, memorySwap: -1 }, false],
    [{ memory: 64 }, { memory: 64, memorySwap: 96 }, false],
    [{ pidsLimit: 100 }, { pidsLimit: 0 }, false],
    [{ cpusetCpus: '0' }, { cpusetCpus: '0-1' }, true],
    [{ cpusetCpus: '0' }, { cpusetCpus: '' }, false],
  ])('from %j to %j: %s', (from, to, possible) => {
    const config = (limits: Partial<Resources>) => ({
      ...DEFAULT_CONTAINER_CONFIG,
      resources: { ...NO_LIMITS, ...limits },
    });
    expect(updateInPlace(config(from), config(to)) !== null).toBe(possible);
  });
});
