import { describe, expect, it } from 'vitest';
import type { DiskSpace, ImageSize } from '../image-size.ts';
import { reachedSnapshot, testImage, testImageRecords, testTarget, type TestApp } from '../testing/fixtures.ts';
import { EMPTY_ENGINE, printPlan } from '../testing/print-plan.ts';

const MB = 1_000_000;
/** An image of so many layers that take ten megabytes each to download, and twenty on the disk. */
function size(...diffIds: readonly string[]): ImageSize {
  return { layers: diffIds.map((diffId) => ({ diffId, download: 10 * MB, unpacked: 20 * MB })) };
}

function disk(free: number): DiskSpace {
  return { free: free * MB, total: 100 * MB };
}

const web = { services: { web: {} } };
const shortOfSpace =
  "blocked app 1 (disk-space): web:1: about 60 MB are needed on the engine's disk, and 50 MB are free, of which 5 MB are kept in reserve; remove what is not needed there";

/** Operations on images, and what is blocked. */
function images(...args: Parameters<typeof printPlan>): string[] {
  return printPlan(...args)
    .split('\n')
    .filter((line) => /^(pull-image|blocked|remove-image|create-container|stop-container)/.test(line))
    .map((line) => line.replace(/: service.*| \[after.*/, ''));
}

describe('a download that does not fit on the disk', () => {
  const sizes = new Map([['web:1', size('a', 'b')]]);

  it('waits, with both figures, and nothing that needs it is done', () => {
    expect(printPlan(testTarget(web), EMPTY_ENGINE, { imageSizes: sizes, diskSpace: disk(50) })).toBe(
      ['create-network u1_default: does not exist', shortOfSpace].join('\n'),
    );
  });

  it('leaves a reserve, and fits exactly beside it', () => {
    const plan = (free: number): string[] =>
      images(testTarget(web), EMPTY_ENGINE, { imageSizes: sizes, diskSpace: disk(free) });
    expect(plan(65)).toContain('pull-image web:1');
    expect(plan(64.9)).not.toContain('pull-image web:1');
  });

  it('counts no layer that the engine has on top of the same others', () => {
    const withLayers = (layers: readonly string[]): string[] => {
      const other = { ...testImage('other:1'), layers };
      return images(
        testTarget(web),
        { ...EMPTY_ENGINE, images: [other] },
        {
          imageSizes: sizes,
          diskSpace: disk(40),
          images: [],
        },
      );
    };
    expect(withLayers(['a', 'c'])).toContain('pull-image web:1');
    expect(withLayers(['b', 'a'])).not.toContain('pull-image web:1');
  });

  it('is not held back when disk or size are not known', () => {
    const unknown = { imageSizes: new Map<string, ImageSize>(), diskSpace: disk(0) };
    expect(images(testTarget(web), EMPTY_ENGINE, unknown)).toContain('pull-image web:1');
    expect(images(testTarget(web), EMPTY_ENGINE, { imageSizes: sizes })).toContain('pull-image web:1');
  });

  it('holds up the whole update of its app, whose containers stay, and no other app', () => {
    const from = testTarget({ services: { web: {}, db: {} } }, { services: { side: {} } });
    const to = testTarget(
      { commit: 'c2', services: { web: { image: 'web:2' }, db: { image: 'db:2' } } },
      { commit: 'c2', services: { side: { image: 'side:2' } } },
    );
    const snapshot = reachedSnapshot(from);
    const result = images(to, snapshot, {
      images: testImageRecords(from, snapshot),
      imageSizes: new Map([
        ['web:2', size('w')],
        ['db:2', size('d', 'e')],
        ['side:2', size('s')],
      ]),
      diskSpace: disk(80),
    });
    expect(result).toEqual([
      'pull-image side:2',
      'create-container side_101_1_c2: image side:1 → side:2',
      'stop-container side_101_1_c1: image side:1 → side:2',
      'remove-image side:1: nothing needs it any more',
      expect.stringContaining('blocked app 1 (disk-space): web:2, db:2: about 90 MB are needed'),
    ]);
  });

  describe('and whose service makes way for it first', () => {
    const services = (image: string, strategy: string): TestApp => ({
      commit: image,
      services: { web: { image, labels: { 'io.balena.update.strategy': strategy } } },
    });
    const update = (strategy: string): string[] => {
      const from = testTarget(services('web:1', strategy));
      const snapshot = reachedSnapshot(from);
      return images(testTarget(services('web:2', strategy)), snapshot, {
        images: testImageRecords(from, snapshot),
        imageSizes: new Map([['web:2', size('a', 'b')]]),
        diskSpace: disk(50),
      });
    };

    it('leaves it where it is when only its container would go', () => {
      expect(update('kill-then-download')).toEqual([
        expect.stringMatching(/^blocked app 1 \(disk-space\): web:2: about 60 MB are needed/),
      ]);
    });

    it('is not held back when its image goes as well', () => {
      expect(update('delete-then-download')).toEqual(
        expect.arrayContaining([expect.stringMatching(/^remove-image web:1/), 'pull-image web:2']),
      );
    });
  });

  it('leaves to the next app what one has not taken, and counts shared layers once', () => {
    const target = testTarget({ services: { web: {}, db: {} } }, { services: { side: {} } });
    const imageSizes = new Map([
      ['web:1', size('base', 'w')],
      ['db:1', size('base', 'd')],
      ['side:1', size('base', 's')],
    ]);
    const pulls = (free: number): string[] =>
      images(target, EMPTY_ENGINE, { imageSizes, diskSpace: disk(free) }).filter((line) => line.startsWith('pull'));
    expect(pulls(125)).toEqual(['pull-image web:1', 'pull-image db:1', 'pull-image side:1']);
    expect(pulls(124)).toEqual(['pull-image web:1', 'pull-image db:1']);
    expect(pulls(94)).toEqual(['pull-image side:1']);
  });
});

describe('an image that is fetched as a difference to another', () => {
  const from = testTarget({ services: { web: {}, db: {} } });
  const to = testTarget({ commit: 'c2', services: { web: { image: 'web:2' } } });
  const snapshot = reachedSnapshot(from);
  const records = testImageRecords(from, snapshot);

  it("keeps the other one until it is there, the service's own before the app's others", () => {
    const gone = { ...snapshot, containers: [] };
    expect(printPlan(to, gone, { images: records, policy: { useDeltas: true } })).toBe(
      [
        'pull-image web:2: service web needs it',
        'save-image web:2 for 1/web: service web of release c2 needs it [after pull-image web:2]',
        'create-container web_1_1_c2: does not exist [after pull-image web:2]',
        'start-container web_1_1_c2: does not exist [after create-container web_1_1_c2]',
        'remove-image web:1: nothing needs it any more [after pull-image web:2]',
        'forget-image web:1 for 1: nothing needs it any more [after pull-image web:2, remove-image web:1]',
        'remove-image db:1: nothing needs it any more',
        'forget-image db:1 for 1: nothing needs it any more [after remove-image db:1]',
      ].join('\n'),
    );
    const paused = new Map([['pull-image web:2', 'unreachable; next try in 1 s']]);
    const waiting = printPlan(to, gone, { images: records, policy: { useDeltas: true, paused } });
    expect(waiting).not.toContain('image web:1');
  });

  it('does not keep it when there is no room for the download: it may be what takes the room', () => {
    const gone = { ...snapshot, containers: [] };
    const short = { imageSizes: new Map([['web:2', size('a', 'b')]]), diskSpace: disk(50) };
    const text = printPlan(to, gone, { images: records, policy: { useDeltas: true }, ...short });
    expect(text).toMatch(/^remove-image web:1: nothing needs it any more$/m);
    expect(text).toContain('blocked app 1 (disk-space)');
  });

  it('does not keep it when deltas are not asked for', () => {
    const gone = { ...snapshot, containers: [] };
    const paused = new Map([['pull-image web:2', 'unreachable; next try in 1 s']]);
    expect(printPlan(to, gone, { images: records, policy: { paused } })).toContain('remove-image web:1');
  });
});
