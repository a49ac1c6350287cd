import { describe, expect, it } from 'vitest';
import { LeaseCompromisedError } from '../errors.ts';
import { createInMemoryLocks } from './in-memory-locks.ts';
import { describeUpdateLocksContract } from './contract/update-locks-contract.ts';

describeUpdateLocksContract('in memory', async () => {
  const locks = createInMemoryLocks();
  return {
    locks,
    hold: async (appId, service) => locks.hold(appId, service),
    drop: async (appId, service) => locks.drop(appId, service),
    heldByUs: async (appId) => locks.heldByUs(appId),
    leaveBehind: async (appId, service) => locks.leaveBehind(appId, service),
    [Symbol.asyncDispose]: () => locks[Symbol.asyncDispose](),
  };
});

describe('createInMemoryLocks', () => {
  it('compromises a lease, whose end then leaves the lock to the service', async () => {
    const locks = createInMemoryLocks();
    const result = await locks.acquire({ appId: 1, services: ['web'], force: false });
    if (result.status !== 'acquired') throw new Error('held');
    locks.compromise(1, 'web');
    expect(result.lease.compromised.reason).toBeInstanceOf(LeaseCompromisedError);
    expect(locks.hold(1, 'web')).toBe(true);
    await result.lease[Symbol.asyncDispose]();
    expect(await locks.holders(1, ['web'])).toEqual([{ appId: 1, service: 'web' }]);
  });

  it('leaves behind what a supervisor held that was killed, for the next one to find', async () => {
    const locks = createInMemoryLocks();
    await locks.acquire({ appId: 1, services: ['web'], force: false });
    void locks.acquire({ appId: 1, services: ['web'], force: false });
    locks.crash();
    expect(locks.hold(1, 'web')).toBe(false);
    expect(await locks.recoverLeftovers()).toMatchObject([{ appId: 1, service: 'web' }]);
    expect((await locks.acquire({ appId: 1, services: ['web'], force: false })).status).toBe('acquired');
  });

  it('remembers whose directories were made', async () => {
    const locks = createInMemoryLocks();
    await locks.prepare(1, ['web']);
    await locks.acquire({ appId: 2, services: ['db'], force: false });
    expect([...locks.prepared]).toEqual(['1/web', '2/db']);
  });
});
