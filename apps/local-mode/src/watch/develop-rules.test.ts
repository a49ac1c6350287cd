import { describe, expect, it } from 'vitest';
import type { WatchRule } from '@device-supervisor/compose-project';
import { parseIgnoreRules } from '../build/context-files.ts';
import { developRules, type ContextRules } from './develop-rules.ts';

function rule(fields: Partial<WatchRule>): WatchRule {
  return {
    action: 'sync',
    path: '/p/src',
    target: null,
    ignore: [],
    include: [],
    initialSync: false,
    exec: null,
    ...fields,
  };
}

function context(patterns: string): ContextRules {
  const ignore = parseIgnoreRules(patterns);
  return {
    root: '/p',
    rules: { file: '/p/.dockerignore', ignores: (name) => ignore.ignores(name), hasExceptions: patterns.includes('!') },
  };
}

const PROGRAM = { command: ['make'], user: null, privileged: false, workingDirectory: null, environment: {} };

describe('developRules', () => {
  it('copy a file to its place below the target', () => {
    const { actionsFor } = developRules({ watch: [rule({ target: '/app' })] }, null);
    expect(actionsFor('/p/src/a/b.js')).toEqual({
      rebuild: false,
      copies: [{ path: '/p/src/a/b.js', target: '/app/a/b.js', owner: null }],
      restart: false,
      programs: [],
    });
    expect(actionsFor('/p/srcs/a').copies).toEqual([]);
  });

  it('copy a single file to the target itself', () => {
    const { actionsFor } = developRules({ watch: [rule({ path: '/p/app.conf', target: '/etc/app.conf' })] }, null);
    expect(actionsFor('/p/app.conf').copies).toMatchObject([{ target: '/etc/app.conf' }]);
  });

  it('carry out every rule whose path holds the file', () => {
    const { actionsFor } = developRules(
      {
        watch: [
          rule({ action: 'sync+restart', target: '/a' }),
          rule({ action: 'sync+exec', path: '/p', target: '/b', exec: PROGRAM }),
          rule({ action: 'rebuild', path: '/p/package.json' }),
          rule({ action: 'restart', path: '/p/settings' }),
        ],
      },
      null,
    );
    expect(actionsFor('/p/src/x')).toMatchObject({
      rebuild: false,
      restart: true,
      copies: [{ target: '/a/x' }, { target: '/b/src/x' }],
      programs: [PROGRAM],
    });
    expect(actionsFor('/p/package.json').rebuild).toBe(true);
    expect(actionsFor('/p/settings/y').restart).toBe(true);
  });

  it('leave out what ignore and .dockerignore name, and what include does not', () => {
    const { actionsFor, ignoresFolder } = developRules(
      { watch: [rule({ path: '/p', target: '/app', ignore: ['*.tmp', 'dist/'], include: ['*.js', 'lib'] })] },
      context('node_modules'),
    );
    const copied = ['/p/a.js', '/p/lib/b.css', '/p/c.css', '/p/d.tmp', '/p/dist/e.js', '/p/node_modules/f.js'].filter(
      (path) => actionsFor(path).copies.length > 0,
    );
    expect(copied).toEqual(['/p/a.js', '/p/lib/b.css']);
    expect(['/p', '/p/lib', '/p/dist', '/p/node_modules', '/q'].filter(ignoresFolder)).toEqual([
      '/p/dist',
      '/p/node_modules',
      '/q',
    ]);
  });

  it('look into a left out folder when a later pattern takes something back', () => {
    const { actionsFor, ignoresFolder } = developRules(
      { watch: [rule({ path: '/p', target: '/app' })] },
      context('data\n!data/keep'),
    );
    expect(ignoresFolder('/p/data')).toBe(false);
    expect([actionsFor('/p/data/keep').copies.length, actionsFor('/p/data/drop').copies.length]).toEqual([1, 0]);
  });
});
