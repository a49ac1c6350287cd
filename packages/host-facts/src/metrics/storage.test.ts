import { describe, expect, it } from 'vitest';
import { findMount } from './storage.ts';

const MOUNTS = `1 0 179:2 / / ro - ext4 /dev/root ro
2 1 179:6 / /mnt/data rw,relatime shared:1 - ext4 /dev/mmcblk0p6 rw
3 1 179:6 /docker /mnt/database rw - ext4 /dev/mmcblk0p6 rw
4 1 8:1 / /mnt/with\\040space rw - vfat /dev/disk\\040one rw
5 2 0:40 / /mnt/data/over rw - tmpfs tmpfs rw
6 2 253:0 / /mnt/data/over rw - ext4 /dev/mapper/luks-1 rw
`;

describe('findMount', () => {
  it.each([
    ['/mnt/data', '/dev/mmcblk0p6', '179:6'],
    ['/mnt/data/apps', '/dev/mmcblk0p6', '179:6'],
    ['/mnt/data2', '/dev/root', '179:2'],
    ['/', '/dev/root', '179:2'],
    ['/mnt/with space/a', '/dev/disk one', '8:1'],
    ['/mnt/data/over', '/dev/mapper/luks-1', '253:0'],
  ])('finds what %s is on', (path, source, device) => {
    expect(findMount(MOUNTS, path)).toEqual({ device, source });
  });

  it('finds nothing where nothing is known', () => expect(findMount('', '/mnt/data')).toBeNull());
});
