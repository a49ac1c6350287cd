import { normalize } from 'node:path/posix';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_ENGINE, printPlan } from '../testing/print-plan.ts';
import { reachedSnapshot, testTarget } from '../testing/fixtures.ts';
import { specifyComposition } from '../testing/specify-composition.ts';
import { cleanPath } from './clean-path.ts';

const anyPath = fc
  .array(fc.constantFrom('', '.', '..', 'a', 'b'), { maxLength: 6 })
  .chain((parts) => fc.constantFrom(parts.join('/'), `/${parts.join('/')}`));

describe('cleanPath', () => {
  it('gives what Go and Node.js make of a path', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const normal = normalize(path);
        const expected = normal.length > 1 ? normal.replace(/\/$/, '') : normal;
        expect(cleanPath(path)).toBe(path === '' ? '' : expected);
        expect(cleanPath(cleanPath(path))).toBe(cleanPath(path));
      }),
    );
  });
});

describe('paths of a service', () => {
  it('are cleaned, in every field', () => {
    const { config, findings } = specifyComposition({
      working_dir: '/tmp//x/',
      tmpfs: ['/run/./y/'],
      volumes: ['/cache//', 'data:/data/../d/'],
      devices: ['/dev//ttyS0:/dev/x/'],
      blkio_config: { device_read_bps: [{ path: '/dev//sda', rate: '1k' }] },
    });
    expect(findings.problems).toEqual([]);
    expect(config.workingDir).toBe('/tmp/x');
    expect(config.tmpfs).toEqual({ '/run/y': '' });
    expect(config.anonymousVolumes).toEqual(['/cache']);
    expect(config.mounts.map(({ target }) => target)).toContain('/d');
    expect(config.devices).toMatchObject([{ hostPath: '/dev/ttyS0', containerPath: '/dev/x' }]);
    expect(config.blkio.readBps).toMatchObject([{ path: '/dev/sda' }]);
  });

  it('that are the same are found at one place', () => {
    const { findings } = specifyComposition({ tmpfs: ['/run/', '//run'], volumes: ['/run/./'] });
    expect(findings.problems).toEqual([{ field: 'volumes', reason: 'more than one thing is mounted at /run' }]);
  });

  it('must be absolute where engines want them so', () => {
    expect(specifyComposition({ working_dir: 'tmp' }).findings.problems).toMatchObject([{ field: 'working_dir' }]);
  });

  it('change nothing when the image or the target writes them otherwise', () => {
    const target = testTarget({ services: { web: { composition: { working_dir: '/usr/src/app/' } } } });
    expect(printPlan(target, reachedSnapshot(target))).toBe('');
  });
});

describe('names that every object inherits', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty'])('name nothing of a release: %s', (name) => {
    const { findings } = specifyComposition({
      depends_on: [name],
      networks: [name],
      volumes: [`${name}:/a`],
      configs: [name],
    });
    expect(findings.problems.map(({ field }) => field).sort()).toEqual([
      'configs[0]',
      `depends_on.${name}`,
      `networks.${name}`,
      'volumes[0]',
    ]);
    expect(specifyComposition({ network_mode: `service:${name}` }).findings.problems).toMatchObject([
      { field: 'network_mode' },
    ]);
  });
});

describe('volumes that mount a path of the host by their options', () => {
  const planOf = (driverOpts: Record<string, string>): string => {
    const web = { composition: { volumes: ['data:/d'] } };
    return printPlan(testTarget({ services: { web }, volumes: { data: { driver_opts: driverOpts } } }), EMPTY_ENGINE);
  };

  it.each([
    { type: 'none', o: 'bind', device: '/etc' },
    { o: 'rw,rbind', device: '/' },
    { type: 'none', device: '/dev/../etc' },
    { type: 'overlay', device: 'overlay', o: 'lowerdir=/etc,upperdir=/tmp/u,workdir=/tmp/w' },
    { type: 'ext4', device: '/mnt/data/disk.img', o: 'loop' },
    { type: 'none', o: ' bind', device: '/var/lib/docker' },
  ])('are not created, and their services wait, as with bind mounts: %j', (driverOpts) => {
    expect(planOf(driverOpts)).not.toContain('create-volume');
    expect(planOf(driverOpts)).toMatch(/blocked app 1 service web \(invalid\): volumes\[0\]: volume 'data' mounts /);
  });

  it.each([
    {},
    { type: 'tmpfs', device: 'tmpfs', o: 'size=10m' },
    { type: 'nfs', device: ':/exports/data', o: 'addr=10.0.0.1' },
    { type: 'cifs', device: '//server/share', o: 'username=a' },
    { type: 'ext4', device: '/dev/sda1' },
  ])('do not include %j', (driverOpts) => {
    expect(planOf(driverOpts)).toContain('create-volume');
    expect(planOf(driverOpts)).not.toContain('blocked');
  });
});
