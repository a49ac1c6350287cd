import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installedSize } from './installed-size.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'installed-size-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('counts each package once, the nearest of a name, and none that is not installed', async () => {
  write('package-lock.json', {
    packages: {
      '': {},
      'node_modules/@device-supervisor/engine': { dependencies: { '@device-supervisor/errors': '*', tar: '*' } },
      'node_modules/@device-supervisor/errors': { optionalDependencies: { native: '*', none: '*' } },
      'node_modules/native': {},
      'node_modules/tar': { dependencies: { b4a: '*', '@device-supervisor/errors': '*' } },
      'node_modules/tar/node_modules/b4a': {},
      'node_modules/b4a': { dependencies: { other: '*' } },
      'node_modules/other': {},
    },
  });
  for (const place of ['@device-supervisor/engine', '@device-supervisor/errors', 'tar', 'tar/node_modules/b4a']) {
    write(`node_modules/${place}/index.js`, 'x'.repeat(498));
  }
  expect(await installedSize(folder, '@device-supervisor/engine')).toEqual({
    packages: 3,
    foreign: ['tar', 'b4a'],
    megabytes: 0.002,
  });
});

function write(name: string, content: unknown): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}
