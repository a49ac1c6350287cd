import { expect, it } from 'vitest';
import { parseImageReference } from './image-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

it.each([
  ['alpine', 'docker.io', 'library/alpine', 'latest', null],
  ['balenalib/web:1', 'docker.io', 'balenalib/web', '1', null],
  ['registry.local:5000/web', 'registry.local:5000', 'web', 'latest', null],
  [`registry.local/v2/abc@${DIGEST}`, 'registry.local', 'v2/abc', DIGEST, DIGEST],
  [`registry.local:5000/a/b:1@${DIGEST}`, 'registry.local:5000', 'a/b', DIGEST, DIGEST],
])('%s', (text, ...parts) => {
  const { registry, repository, version, digest } = parseImageReference(text);
  expect([registry, repository, version, digest]).toEqual(parts);
});
