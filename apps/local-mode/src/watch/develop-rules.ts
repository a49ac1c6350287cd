import { basename, isAbsolute, relative, sep } from 'node:path';
import { posix } from 'node:path';
import type { ProjectService, WatchRule } from '@device-supervisor/compose-project';
import { parseIgnoreRules, type IgnoreRules } from '../build/context-files.ts';
import type { ServiceRules } from './service-rules.ts';
import { combine, NO_ACTION, type Actions } from './update.ts';

/** Rules of the `.dockerignore` of a service; `root` is the folder of its build. */
export interface ContextRules {
  readonly root: string;
  readonly rules: IgnoreRules;
}

/**
 * The rules of `develop.watch` of a service. Each rule whose path holds a changed file counts, as for docker compose.
 *
 * @param context `null`: the service has no build
 */
export function developRules({ watch }: Pick<ProjectService, 'watch'>, context: ContextRules | null): ServiceRules {
  const rules = watch.map(matcherOf);
  const isLeftOut = (path: string): boolean => {
    const inside = context === null ? null : pathInside(context.root, path);
    return inside !== null && inside !== '' && context?.rules.ignores(inside) === true;
  };
  return {
    roots: [...new Set(watch.map(({ path }) => path))],
    description: watch.map(describe),
    initial: watch.filter(({ initialSync, target }) => initialSync && target !== null).map(({ path }) => path),
    actionsFor: (path) => (isLeftOut(path) ? NO_ACTION : combine(rules.map((matcher) => matcher.actionsFor(path)))),
    ignoresFolder: (path) =>
      (isLeftOut(path) && context?.rules.hasExceptions !== true) ||
      rules.every((matcher) => matcher.ignoresFolder(path)),
  };
}

type Matcher = Pick<ServiceRules, 'actionsFor' | 'ignoresFolder'>;

function matcherOf(rule: WatchRule): Matcher {
  const ignore = parseIgnoreRules(rule.ignore.join('\n'));
  const include = rule.include.length === 0 ? null : parseIgnoreRules(rule.include.join('\n'));
  const hasExceptions = rule.ignore.some((pattern) => pattern.startsWith('!'));
  return {
    actionsFor(path) {
      const inside = pathInside(rule.path, path);
      if (inside === null) return NO_ACTION;
      if (inside !== '' && ignore.ignores(inside)) return NO_ACTION;
      if (include !== null && !include.ignores(inside === '' ? basename(path) : inside)) return NO_ACTION;
      return actionsOf(rule, { path, inside });
    },
    ignoresFolder(path) {
      const inside = pathInside(rule.path, path);
      if (inside === null) return pathInside(path, rule.path) === null;
      return inside !== '' && !hasExceptions && ignore.ignores(inside);
    },
  };
}

function actionsOf({ action, target, exec }: WatchRule, { path, inside }: { path: string; inside: string }): Actions {
  const copies = target === null ? [] : [{ path, target: posix.join(target, inside), owner: null }];
  switch (action) {
    case 'rebuild':
      return { ...NO_ACTION, rebuild: true };
    case 'restart':
      return { ...NO_ACTION, restart: true };
    case 'sync':
      return { ...NO_ACTION, copies };
    case 'sync+restart':
      return { ...NO_ACTION, copies, restart: true };
    case 'sync+exec':
      return { ...NO_ACTION, copies, programs: exec === null ? [] : [exec] };
  }
}

function describe({ action, path, target }: WatchRule): string {
  return target === null ? `${path}: ${action}` : `${path} → ${target}: ${action}`;
}

/** With slashes; `''`: the folder itself; `null`: not below it. */
export function pathInside(folder: string, path: string): string | null {
  const inside = relative(folder, path);
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return null;
  return inside.split(sep).join('/');
}
