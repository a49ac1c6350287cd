import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWorkspace } from './check-workspace.ts';
import { formatViolation, RULES } from './violation.ts';

const fixtures = join(import.meta.dirname, '../fixtures');
const main = join(import.meta.dirname, 'main.ts');

describe('checkWorkspace', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'repo-check-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('finds nothing in a sound workspace', () => {
    expect(checkWorkspace(join(fixtures, 'sound')).violations).toEqual([]);
    expect(execFileSync(process.execPath, [main, join(fixtures, 'sound')], { encoding: 'utf8' })).toBe(
      '5 packages, 32 files: 0 violations\n',
    );
  });

  it('finds every violation in a workspace that breaks every rule, and fails', () => {
    cpSync(join(fixtures, 'broken'), root, { recursive: true });
    writeFileSync(join(root, 'notes.txt'), LEAKS.map(([text]) => text).join('\n'));
    writeFileSync(join(root, 'prose.md'), `${WORD} changed the file.\n`);
    const { violations } = checkWorkspace(root);
    expect(violations.map(formatViolation).join('\n')).toBe(
      `${BROKEN}\n${leaksFound()}\nprose.md:1  language  "${WORD}": ${INSTEAD}`,
    );
    expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set(RULES));
    const { status, stdout } = spawnSync(process.execPath, [main, root], { encoding: 'utf8' });
    expect([status, stdout.trimEnd().split('\n').at(-1)]).toEqual([1, '7 packages, 38 files: 60 violations']);
  });

  it('names a file that cannot be parsed', () => {
    cpSync(join(fixtures, 'sound'), root, { recursive: true });
    writeFileSync(join(root, 'packages/errors/src/torn.ts'), 'export const = 1;');
    expect(() => checkWorkspace(root)).toThrow('cannot parse packages/errors/src/torn.ts');
  });

  it('names a package file that is not valid', () => {
    cpSync(join(fixtures, 'sound'), root, { recursive: true });
    writeFileSync(join(root, 'packages/errors/package.json'), '{}');
    expect(() => checkWorkspace(root)).toThrow(`cannot read ${join(root, 'packages/errors/package.json')}`);
  });
});

/** Put together here, so that this file holds none of them. */
const [REGISTRY, TARBALL, WORK, HOME] = ['registry.example.org', 'tarball', '/work', '/home'];
const LEAKS = [
  [`fetched from https://${REGISTRY}/thing`, 'the address of a package registry'],
  [`  ${TARBALL}: https://somewhere.example/thing.tgz`, 'where a package was downloaded from'],
  [`built in ${WORK}/main/packages`, 'a path of one machine'],
  [`see ${HOME}/alice/notes`, 'a path of one machine'],
  ['but /run/lock, /home, ./work/main and https://example.org/registry are fine', null],
] as const;

function leaksFound(): string {
  return LEAKS.flatMap(([, what], index) =>
    what === null ? [] : [`notes.txt:${index + 1}  leak  names ${what}`],
  ).join('\n');
}

/** Put together here, so that this file does not hold it. */
const [WORD, INSTEAD] = [['Some', 'body'].join(''), 'name the actor: client, caller, another program'];

const BROKEN = `packages/engine/package.json  package-files  README.md is missing
packages/engine/package.json  package-files  license must be Apache-2.0
packages/engine/package.json  package-files  description is missing
packages/engine/package.json  package-files  packages are published: not private
packages/engine/package.json  package-files  exports['.'] must be {"@device-supervisor/source":"./src/index.ts","types":"./dist/index.d.ts","default":"./dist/index.js"}
tsconfig.json  index  packages/engine is not listed
packages/README.md  index  packages/engine is not listed
packages/engine/package.json  direction  engine (adapter) may not depend on store (app)
packages/engine/package.json  direction  nothing depends on an app, not even a test: @house/agent
packages/engine/tsconfig.json  references  references lack packages/device
packages/engine/tsconfig.json  references  references lack packages/store
packages/engine/tsconfig.json  references  references name packages/errors, which is no dependency
packages/engine/src/index.ts:1  direction  engine (adapter) may import only types of device (core)
packages/engine/src/index.ts:2  direction  engine (adapter) may import only types of device (core)
packages/engine/src/index.ts:3  direction  engine (adapter) may import only types of device (core)
packages/engine/src/index.ts:4  direction  engine (adapter) may import only types of device (core)
packages/engine/src/index.ts:6  declared-dependency  packages/engine/package.json does not declare @house/errors
packages/engine/src/index.ts:7  direction  engine (adapter) may import nothing from store (app)
packages/engine/src/index.ts:8  direction  engine (adapter) may import nothing from bench (tooling)
packages/engine/src/index.ts:8  declared-dependency  packages/engine/package.json does not declare @house/bench
packages/engine/src/index.ts:9  direction  engine (adapter) may import nothing from agent (core)
packages/engine/src/index.ts:9  declared-dependency  packages/engine/package.json does not declare @house/agent
packages/engine/src/index.ts:10  direction  engine (adapter) may import nothing from store (app)
packages/engine/src/index.ts:3  entry-point  @house/device does not export ./src/secret.ts
packages/engine/src/index.ts:4  testing-entry-point  @house/device/testing is for tests
packages/engine/src/index.ts:5  leaves-package  ../../device/src/index.ts leaves packages/engine: import the package by its name
packages/engine/src/index.ts:8  entry-point  @house/bench does not export .
packages/engine/src/index.ts:10  entry-point  @house/store does not export ./hidden
packages/engine/src/string-helpers.test.ts:1  direction  engine (adapter) may import nothing from agent (core)
tsconfig.json  index  packages/errors is not listed
packages/README.md  index  packages/errors is not listed
packages/errors/package.json  direction  errors (pure) may not depend on engine (adapter)
packages/errors/src/index.ts:3  direction  errors (pure) may import nothing from engine (adapter)
packages/errors/src/index.ts:1  purity  errors is pure, and imports fs
packages/errors/src/index.ts:2  purity  errors is pure, and imports node:fs
packages/errors/src/index.ts:10  purity  errors is pure, and imports @house/primitives/system-clock
packages/errors/src/index.ts:4  purity  errors is pure, and uses Date.now
packages/errors/src/index.ts:5  purity  errors is pure, and uses new Date()
packages/errors/src/index.ts:6  purity  errors is pure, and uses Math.random
packages/errors/src/index.ts:7  purity  errors is pure, and uses setTimeout
packages/errors/src/index.ts:7  purity  errors is pure, and uses console
packages/errors/src/index.ts:7  purity  errors is pure, and uses process
packages/errors/src/index.ts:7  purity  errors is pure, and uses performance
packages/errors/src/index.ts:8  purity  errors is pure, and uses AbortSignal.timeout
packages/nameless/turbo.json  layer  tags must name its layer
packages/nameless/package.json  package-files  tsconfig.json is missing
packages/nameless/package.json  package-files  exports are missing
packages/README.md  index  packages/nameless is not listed
packages/store/turbo.json  layer  layer app does not stand in packages/
tsconfig.json  index  packages/store is not listed
packages/README.md  index  packages/store is not listed
apps/agent/turbo.json  layer  what stands in apps/ is of layer app
apps/agent/package.json  package-files  apps and tooling are private
packages/engine/src/string-helpers.test.ts  name  string-helpers says nothing: name it after what it holds
packages/engine/src/utils/pad.ts  name  utils says nothing: name it after what it holds`;
