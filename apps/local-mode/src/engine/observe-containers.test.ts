import { describe, expect, it } from 'vitest';
import { parseStatus } from './observe-containers.ts';

describe('parseStatus', () => {
  it.each([
    ['Up 2 minutes', null, 'none'],
    ['Up 1 second', null, 'none'],
    ['Up Less than a second (health: starting)', null, 'starting'],
    ['Up 3 seconds (healthy)', null, 'healthy'],
    ['Up About an hour (unhealthy)', null, 'unhealthy'],
    ['Up 3 seconds (Paused)', null, 'none'],
    ['Exited (0) 2 days ago', 0, 'none'],
    ['Exited (137) Less than a second ago', 137, 'none'],
    ['Restarting (1) 4 seconds ago', 1, 'none'],
    ['Created', null, 'none'],
  ] as const)('reads %s', (status, exitCode, health) => {
    expect(parseStatus(status)).toMatchObject({ exitCode, health });
  });

  it('takes a container as lasting once it has been up for ten seconds', () => {
    const lasting = [
      'Up Less than a second',
      'Up 1 second',
      'Up 9 seconds',
      'Up 10 seconds (healthy)',
      'Up About a minute',
      'Restarting (1) 2 minutes ago',
    ].map((status) => parseStatus(status).lasting);
    expect(lasting).toEqual([false, false, false, true, true, false]);
  });

  it('takes a container as steady once it has been up for a second', () => {
    const steady = [
      'Up Less than a second',
      'Up 1 second',
      'Up 2 minutes (healthy)',
      'Restarting (1) 2 minutes ago',
      'Created',
    ].map((status) => parseStatus(status).steady);
    expect(steady).toEqual([false, true, true, false, false]);
  });
});
