import { describe, expect, it } from 'vitest';
import { waitOf } from './wait-of.ts';

const LOCK = {
  appId: 1,
  appUuid: 'u',
  service: 'web',
  holder: 'backup',
  reason: 'nightly',
  expiresAt: '2026-11-30T12:00:00.000Z',
};
const BLOCKED = { appId: 1, service: 'web', message: '' };

describe('until when something waits', () => {
  it('is the end of the lock', () => {
    const wait = waitOf({ ...BLOCKED, reason: 'locked' }, { locks: [LOCK], retries: new Map() });
    expect(wait).toEqual({ text: 'backup, for web (nightly), until', at: Date.parse(LOCK.expiresAt) });
  });

  it('is not known of a lock file', () => {
    const file = { ...LOCK, holder: null, reason: null, expiresAt: null };
    const wait = waitOf({ ...BLOCKED, reason: 'locked' }, { locks: [file], retries: new Map() });
    expect(wait).toEqual({ text: 'A lock file of web, until it is released', at: null });
  });

  it('is the next attempt of what failed', () => {
    const retry = (service: string, at: number) =>
      [
        service,
        { operation: { id: service, kind: 'pull-image', appId: 1, service, cause: '' }, at, reason: '' },
      ] as const;
    const retries = new Map([retry('web', 5_000), retry('db', 3_000)]);
    expect(waitOf({ ...BLOCKED, reason: 'backoff' }, { locks: [], retries })).toEqual({
      text: 'Tries again',
      at: 5_000,
    });
    expect(waitOf({ ...BLOCKED, service: null, reason: 'backoff' }, { locks: [], retries })?.at).toBe(3_000);
    expect(waitOf({ ...BLOCKED, reason: 'dependency' }, { locks: [LOCK], retries })).toBeNull();
  });
});
