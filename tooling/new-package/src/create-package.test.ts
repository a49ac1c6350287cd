import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkWorkspace, listFiles } from '@device-supervisor/repo-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPackage } from './create-package.ts';
import { readRequest, ScaffoldRequestError } from './read-request.ts';

const repository = join(import.meta.dirname, '../../..');
const description = "A cloud's tags, in order";

describe('createPackage', () => {
  let root: string;
  let written: string[];

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'new-package-'));
    for (const file of listFiles(repository)) cpSync(join(repository, file), join(root, file));
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    written = createPackage(root, readRequest(root, { name: 'cloud-tags', layer: 'adapter', description }));
  });

  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('lists the package in the indexes, in order', () => {
    expect(linesOf('tsconfig.json')).toContain('    { "path": "packages/cloud-tags" },');
    for (const index of ['tsconfig.json', 'packages/README.md']) {
      const lines = linesOf(index).filter((line) => /^( {4}\{ "path": "packages\/|\| \[)/.test(line));
      expect(lines).toEqual(lines.toSorted());
    }
  });

  it('keeps the rules of the house', () => {
    const about = checkWorkspace(root).violations.filter(({ file, message }) =>
      `${file} ${message}`.includes('cloud-tags'),
    );
    expect(about).toEqual([]);
  });

  it.each([
    ['format', 'oxfmt', ['--check', 'tsconfig.json', 'packages/cloud-tags']],
    ['lint', 'oxlint', ['packages/cloud-tags']],
    ['types', 'tsc', ['-b', 'packages/cloud-tags']],
    ['unit tests', 'vitest', ['run', '--project', 'unit', 'packages/cloud-tags/']],
  ])(
    'passes the check of %s',
    (_, program, args) => {
      const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter) };
      expect(() => execFileSync(program, args, { cwd: root, env, encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
    },
    60_000,
  );

  it('writes what it says', () => {
    expect(written).toContain('packages/cloud-tags/src/describe-cloud-tags.ts');
    for (const file of written) expect(readFileSync(join(root, file), 'utf8')).not.toBe('');
  });

  function linesOf(file: string): string[] {
    return readFileSync(join(root, file), 'utf8').split('\n');
  }
});

describe('readRequest', () => {
  const sound = { name: 'cloud-tags', layer: 'adapter', description };

  it.each([
    ['no name', { name: undefined }, 'kebab-case: there is none'],
    ['a name in another case', { name: 'CloudTags' }, 'kebab-case: CloudTags'],
    ['a name that is taken', { name: 'errors' }, 'packages/errors exists'],
    ['a layer that does not exist', { layer: 'cellar' }, 'one of pure, platform, domain, adapter, core, delivery'],
    ['a layer that has no packages', { layer: 'app' }, 'one of pure, platform, domain'],
    ['no description', { description: '' }, 'one sentence'],
    ['a description with a full stop', { description: 'Tags.' }, 'one sentence'],
  ])('refuses %s', (_, change, message) => {
    expect(() => readRequest(repository, { ...sound, ...change })).toThrow(ScaffoldRequestError);
    expect(() => readRequest(repository, { ...sound, ...change })).toThrow(message);
  });
});
