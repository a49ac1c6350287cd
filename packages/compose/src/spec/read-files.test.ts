import { describe, expect, it } from 'vitest';
import type { TargetRelease, TargetService } from '@device-supervisor/state';
import { TEST_ABILITIES, TEST_DEVICE, testTarget } from '../testing/fixtures.ts';
import { specifyService, type ServiceSpec } from './service-spec.ts';

type Files = Pick<TargetRelease, 'configs' | 'secrets'>;

const RELEASE: Files = {
  configs: {
    app: { content: 'a=1' },
    'app.conf': { content: 'b=2' },
    file: { file: './x' },
    env: { environment: 'X' },
  },
  secrets: { key: { content: 'hunter2' }, theirs: { external: true } },
};

function specify(composition: TargetService['composition'], files: Files = RELEASE, device = TEST_DEVICE): ServiceSpec {
  const [app] = Object.values(testTarget({ services: { web: { composition } }, volumes: { data: {} }, files }).apps);
  const release = app?.release;
  const web = release?.services['web'];
  if (app === undefined || release == null || web === undefined) throw new Error('the fixture has no service web');
  return specifyService(web, { app, release, device, abilities: TEST_ABILITIES, supervisorApiKey: null });
}

const shown = ({ files }: ServiceSpec) => files.map(({ content, ...file }) => ({ ...file, content: content.reveal() }));
const digest = (spec: ServiceSpec) => spec.config.files[0]?.digest;

describe('configs and secrets', () => {
  it('are files at their usual places, readable by all users', () => {
    const spec = specify({ configs: ['app'], secrets: ['key'] });
    expect(shown(spec)).toEqual([
      { path: '/app', mode: 0o444, uid: 0, gid: 0, content: 'a=1' },
      { path: '/run/secrets/key', mode: 0o444, uid: 0, gid: 0, content: 'hunter2' },
    ]);
    expect(spec.config.files).toEqual([
      { path: '/app', mode: 0o444, uid: 0, gid: 0, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { path: '/run/secrets/key', mode: 0o444, uid: 0, gid: 0, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(spec.findings).toMatchObject({ notices: [], problems: [] });
  });

  it('go where they shall be, with owner and mode', () => {
    const spec = specify({
      configs: [{ source: 'app.conf', target: '/etc/app.conf', uid: '1000', gid: 33, mode: 0o640 }],
      secrets: [
        { source: 'key', target: 'renamed', mode: '0400' },
        { source: 'key', target: '/etc/key', mode: '0o600' },
      ],
    });
    expect(shown(spec)).toMatchObject([
      { path: '/etc/app.conf', uid: 1000, gid: 33, mode: 0o640, content: 'b=2' },
      { path: '/etc/key', mode: 0o600 },
      { path: '/run/secrets/renamed', mode: 0o400 },
    ]);
  });

  it('differ by content alone, and cannot be compared without the key of the device', () => {
    const spec = specify({ secrets: ['key'] });
    expect(digest(specify({ secrets: ['key'] }))).toBe(digest(spec));
    expect(digest(specify({ secrets: ['key'] }, { secrets: { key: { content: 'hunter3' } } }))).not.toBe(digest(spec));
    expect(digest(specify({ secrets: ['key'] }, RELEASE, { ...TEST_DEVICE, deviceApiKey: 'k' }))).not.toBe(
      digest(spec),
    );
    expect(JSON.stringify(spec)).not.toContain('hunter2');
  });

  it('have a volume for themselves in a service that is read-only', () => {
    const spec = specify({ read_only: true, secrets: ['key'], configs: [{ source: 'app', target: '/etc/app/conf' }] });
    expect(spec.config.anonymousVolumes).toEqual(['/etc/app', '/run/secrets']);
    expect(spec.findings.problems).toEqual([]);
  });

  it.each<[string, TargetService['composition'], RegExp]>([
    ['configs[0]', { configs: ['other'] }, /'other' is not one of the release's/],
    ['configs[0]', { configs: ['file'] }, /has no content/],
    ['configs[0]', { configs: ['env'] }, /has no content/],
    ['secrets[0]', { secrets: ['theirs'] }, /has no content/],
    ['secrets[0]', { secrets: [{ source: 'key', target: '../key' }] }, /is not the path of a file/],
    ['secrets[0]', { secrets: [{ source: 'key', mode: '999' }] }, /is not a mode/],
    ['secrets[0]', { secrets: [{ source: 'key', uid: 'root' }] }, /is not the number of a user/],
    ['secrets[0]', { secrets: ['key'], tmpfs: '/run' }, /is below \/run, where something else is mounted/],
    ['configs[0]', { configs: [{ source: 'app', target: '/data/x' }], volumes: ['data:/data'] }, /is below \/data/],
    ['configs[0]', { configs: ['app'], read_only: true }, /cannot be written in a service that is read_only/],
  ])('%s: %j is a problem of that field', (field, composition, reason) => {
    expect(specify(composition).findings.problems).toEqual([{ field, reason: expect.stringMatching(reason) }]);
  });

  it('at one and the same path are a problem', () => {
    const configs = [
      { source: 'app', target: '/x' },
      { source: 'app.conf', target: '/x' },
    ];
    expect(specify({ configs }).findings.problems).toEqual([
      { field: 'configs', reason: 'more than one file is put at /x' },
    ]);
  });
});
