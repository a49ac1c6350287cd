import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

it('has pnpm judge packages by the Node.js that it installs, which is the one that runs this', () => {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const installed = /^ {2}node: (.+)$/m.exec(workspace)?.[1];
  const judged = /^nodeVersion: (.+)$/m.exec(workspace)?.[1];
  expect([installed, judged]).toEqual([process.versions.node, process.versions.node]);
});
