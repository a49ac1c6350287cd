import { expect, it } from 'vitest';
import { parseMountInfo } from './mounts.ts';

it('reads mount points with optional fields and escaped blanks', () => {
  const text = [
    '36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue',
    '40 35 0:4 net:[4026532280] /run/netns/x rw - nsfs nsfs rw',
    '',
  ].join('\n');
  expect(parseMountInfo(text)).toEqual([
    { path: '/mnt two', type: 'ext3' },
    { path: '/run/netns/x', type: 'nsfs' },
  ]);
});
