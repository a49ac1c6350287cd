import { expect, it } from 'vitest';
import { createTestApi } from '../testing/test-api.ts';
import { createPathReader } from './canonical-path.ts';

const readPath = createPathReader(createTestApi().api.routes);

it.each([
  ['/V2/Local/Target-State', '/v2/local/target-state'],
  ['/v2/containerid/', '/v2/containerid'],
  ['/V2/Applications/State', '/v2/applications/state'],
  ['/v3/apps/Locks/LOCKS/Device', '/v3/apps/Locks/locks/Device'],
  ['/V3/Apps/Plan/locks/State/', '/v3/apps/Plan/locks/State'],
  ['/v9/Device', '/v9/Device'],
])('%s is read as %s', (path, read) => {
  expect(readPath(new Request(`http://localhost${path}`))).toBe(read);
});
