import { describe, expect, it } from 'vitest';
import { splitReference } from './split-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('splitReference', () => {
  it.each([
    ['web', 'web', 'latest'],
    ['web:1', 'web', '1'],
    ['registry.local:5000/app/web', 'registry.local:5000/app/web', 'latest'],
    ['registry.local:5000/app/web:1.2', 'registry.local:5000/app/web', '1.2'],
    [`registry.local:5000/web@${DIGEST}`, 'registry.local:5000/web', DIGEST],
    [`registry.local:5000/web:1@${DIGEST}`, 'registry.local:5000/web', DIGEST],
  ])('%s', (reference, repository, version) => {
    expect(splitReference(reference)).toEqual({ repository, version });
  });
});
