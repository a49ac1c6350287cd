import { describe, expect, it } from 'vitest';
import type { TargetService } from '@device-supervisor/state';
import { TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
import { specifyComposition, specifyWeb } from '../testing/specify-composition.ts';
import { specifyVolume } from './volume-spec.ts';

type Volumes = NonNullable<TargetService['composition']['volumes']>;

const DEVELOPERS_MACHINE = { ...TEST_DEVICE, allowsHostPaths: true };
const REFUSED =
  'paths of the host are not mounted on a device; put files into the image, or use a named volume or a label io.balena.features.*';

function mountsOf(volumes: Volumes) {
  const { config, findings } = specifyComposition({ volumes }, { device: DEVELOPERS_MACHINE });
  expect(findings).toMatchObject({ problems: [], notices: [] });
  return config.mounts.filter(({ target }) => !target.startsWith('/tmp/'));
}

describe('on the machine of a developer', () => {
  it.each<[Volumes[number], object]>([
    ['/src:/app', { source: '/src', target: '/app', readOnly: false }],
    ['/src/../etc/:/app/:ro', { source: '/etc', target: '/app', readOnly: true }],
    ['/:/host:ro,rslave', { source: '/', target: '/host', readOnly: true, options: ['rslave'] }],
    ['/src:/app:Z,cached', { source: '/src', target: '/app', readOnly: false, options: ['Z'] }],
    [
      { type: 'bind', source: '/src', target: '/app', read_only: true, bind: { create_host_path: true } },
      { source: '/src', target: '/app', readOnly: true },
    ],
    [
      { type: 'bind', source: '/src', target: '/app', bind: { propagation: 'shared', selinux: 'z' } },
      { source: '/src', target: '/app', readOnly: false, options: ['shared', 'z'] },
    ],
  ])('%j is mounted', (volume, mount) => {
    expect(mountsOf([volume])).toEqual([{ type: 'bind', ...mount }]);
  });

  it.each<[Volumes[number], string]>([
    ['./src:/app', "'./src' is not an absolute path of the host"],
    [{ type: 'bind', target: '/app' }, 'needs source, the path of the host'],
    [
      { type: 'bind', source: '/src', target: '/app', bind: { propagation: 'some' } },
      "bind has the unknown option 'some'",
    ],
  ])('%j is a problem', (volume, reason) => {
    const { findings } = specifyComposition({ volumes: [volume] }, { device: DEVELOPERS_MACHINE });
    expect(findings.problems).toEqual([{ field: 'volumes[0]', reason }]);
  });

  it('a volume may stand for a path of the host', () => {
    const target = testTarget({
      services: { web: { composition: { volumes: ['src:/app'] } } },
      volumes: { src: { driver_opts: { type: 'none', o: 'bind', device: '/src' } } },
    });
    expect(specifyWeb(target, { device: DEVELOPERS_MACHINE }).findings.problems).toEqual([]);
    for (const app of Object.values(target.apps)) {
      const volume = app.release?.volumes['src'] ?? {};
      expect(specifyVolume('src', volume, { app, device: DEVELOPERS_MACHINE }).findings.problems).toEqual([]);
      expect(specifyVolume('src', volume, { app, device: TEST_DEVICE }).findings.problems).toEqual([
        { field: 'volumes.src.driver_opts', reason: `mounts /src: ${REFUSED}` },
      ]);
    }
  });

  it('says what the engine does not do', () => {
    const volumes: Volumes = [
      { type: 'bind', source: '/src', target: '/app', bind: { create_host_path: false, recursive: 'disabled' } },
    ];
    expect(specifyComposition({ volumes }, { device: DEVELOPERS_MACHINE }).findings.notices).toEqual([
      { field: 'volumes[0].bind.recursive', reason: 'is not supported and has no effect' },
      {
        field: 'volumes[0].bind.create_host_path',
        reason: 'has no effect: the engine makes a folder that does not exist',
      },
    ]);
  });
});

describe('on a device', () => {
  it.each<[Volumes[number]]>([['/src:/app:Z'], ['./src:/app'], [{ type: 'bind', source: '/src', target: '/app' }]])(
    '%j is left out, with the reason',
    (volume) => {
      const { config, findings } = specifyComposition({ volumes: [volume] });
      expect(findings).toMatchObject({ problems: [], notices: [{ field: 'volumes[0]', reason: REFUSED }] });
      expect(config.mounts.map(({ target }) => target)).toEqual(['/tmp/balena', '/tmp/resin']);
    },
  );
});
