import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selectPackages } from './passed-packages.ts';

describe('selectPackages', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'passed-'));
    write('package.json', JSON.stringify({ name: 'root', devDependencies: { '@x/bed': 'workspace:*' } }));
    for (const [folder, uses] of [
      ['packages/errors', []],
      ['packages/engine', ['@x/errors']],
      ['tooling/bed', []],
    ] as const) {
      const [, name = ''] = folder.split('/');
      const dependencies = Object.fromEntries(uses.map((one) => [one, 'workspace:^']));
      write(`${folder}/package.json`, JSON.stringify({ name: `@x/${name}`, dependencies }));
      write(`${folder}/src/${name}.test.ts`, '');
    }
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** Runs what is selected, successfully. @returns what was selected */
  function run(failing?: string): readonly string[] {
    const selection = selectPackages(root);
    selection.remember(
      selection.paths.map((path) => {
        const failed = path === failing ? 1 : 0;
        return { file: `${path}src/a.test.ts`, passed: 2, failed, skipped: 0, isBroken: false, seconds: 1 };
      }),
    );
    return selection.paths;
  }

  it('selects everything at first, then nothing', () => {
    expect(run()).toEqual(['packages/engine/', 'packages/errors/', 'tooling/bed/'].toSorted());
    expect(selectPackages(root)).toMatchObject({ paths: [], unchanged: 6 });
  });

  it('selects a package that changed, and those that use it', () => {
    run();
    write('packages/errors/src/errors.ts', 'changed');
    expect(run()).toEqual(['packages/engine/', 'packages/errors/'].toSorted());
    write('packages/engine/src/engine.ts', 'changed');
    expect(run()).toEqual(['packages/engine/']);
  });

  it('selects a package whose tests use a tool that the root declares', () => {
    write('packages/errors/src/errors.test.ts', "import { bed } from '@x/bed';");
    run();
    write('tooling/bed/src/bed.ts', 'changed');
    expect(run()).toEqual(
      ['packages/engine/', 'packages/errors/', 'tooling/bed/'].filter((path) => path !== 'packages/engine/'),
    );
  });

  it('selects a package that reads files elsewhere after any change', () => {
    write('packages/errors/src/errors.test.ts', "readFileSync('../../../docs/a.md')");
    run();
    write('docs/a.md', 'changed');
    expect(run()).toEqual(['packages/errors/']);
  });

  it('selects a package again whose tests failed, and everything after a change of the versions', () => {
    run('packages/engine/');
    expect(run()).toEqual(['packages/engine/']);
    write('pnpm-lock.yaml', 'changed');
    expect(run()).toHaveLength(3);
  });
});
