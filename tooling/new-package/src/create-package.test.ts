import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkWorkspace, listFiles } from '@device-supervisor/repo-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPackage } from './create-package.ts';
import { readRequest, ScaffoldRequestError } from './read-request.ts';

const repository = join(import.meta.dirname, '../../..');
/** Files beside the package itself that name it. */
const OTHERS = [
  'examples/libraries/cloud-tags.ts',
  'examples/libraries/package.json',
  'tooling/docs/package.json',
  'tooling/pack-check/src/consumer/budgets.ts',
];
const description = "A cloud's tags, in order";

describe('createPackage', () => {
  let root: string;
  let written: string[];

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'new-package-'));
    for (const file of listFiles(repository)) cpSync(join(repository, file), join(root, file));
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    written = createPackage(root, readRequest(root, { name: 'cloud-tags', layer: 'adapter', description }));
    // As the installation links it.
    const scope = join(root, 'examples/libraries/node_modules/@device-supervisor');
    mkdirSync(scope, { recursive: true });
    symlinkSync(join(root, 'packages/cloud-tags'), join(scope, 'cloud-tags'));
  });

  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('lists the package in the indexes, in order', () => {
    expect(linesOf('tsconfig.json')).toContain('    { "path": "packages/cloud-tags" },');
    for (const [index, pattern] of [
      ['tsconfig.json', /^ {4}\{ "path": "packages\/([^"]+)"/],
      ['packages/README.md', /^\| (\[[^\]]+\])/],
      ['tooling/pack-check/src/consumer/budgets.ts', /^ {2}'?([a-z][\w-]*)'?: \{/],
      ['examples/libraries/package.json', /^ {4}"@device-supervisor\/([^"]+)": "workspace/],
    ] as const) {
      const names = linesOf(index).flatMap((line) => pattern.exec(line)?.[1] ?? []);
      expect(names.join()).toContain('cloud-tags');
      expect(names).toEqual(names.toSorted());
    }
    expect(linesOf('tooling/docs/package.json')).toContain('    "@device-supervisor/cloud-tags": "workspace:^",');
  });

  it('keeps the rules of the house', () => {
    const about = checkWorkspace(root).violations.filter(({ file, message }) =>
      `${file} ${message}`.includes('cloud-tags'),
    );
    expect(about).toEqual([]);
  });

  it.each([
    ['format', 'oxfmt', ['--check', 'tsconfig.json', 'packages/cloud-tags', ...OTHERS]],
    ['lint', 'oxlint', ['packages/cloud-tags', 'examples/libraries/cloud-tags.ts']],
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

  it('has an example that runs, whose lines the README shows', () => {
    const example = join(root, 'examples/libraries/cloud-tags.ts');
    const output = execFileSync(process.execPath, ['--conditions=@device-supervisor/source', example]);
    expect(String(output)).toBe(`${description}.\n`);
    const [, lines = ''] = /^\/\/ #region readme\n([^]+)\/\/ #endregion\n$/.exec(readFileSync(example, 'utf8')) ?? [];
    expect(readFileSync(join(root, 'packages/cloud-tags/README.md'), 'utf8')).toContain(`\`\`\`ts\n${lines}\`\`\`\n`);
  });

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
