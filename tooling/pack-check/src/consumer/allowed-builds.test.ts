import { expect, it } from 'vitest';
import { allowedBuilds } from './allowed-builds.ts';

it('reads the entries of every block that names builds, and no other block', () => {
  const readme = [
    '```yaml\n# pnpm-workspace.yaml\nallowBuilds:\n  ssh2: false\n  cpu-features: false\n```',
    '```yaml\nservices:\n  web: {}\n```',
    '```yaml\nallowBuilds:\n  usocket: false\n```',
  ].join('\n\n');
  expect(allowedBuilds(readme)).toEqual(['ssh2: false', 'cpu-features: false', 'usocket: false']);
});
