import type { TargetApp, TargetState } from './target-state.ts';

/**
 * A target in which the parts that could not be decoded have their last good values, where there are any: an app that
 * ran continues as it is, and no variable of the device is reset because of a fault in a document.
 *
 * @param last the target before; `null`: there was none
 */
export function keepLastGood(target: TargetState, last: TargetState | null): TargetState {
  if (target.unread === undefined || last === null) return target;
  const apps = new Map(Object.entries(target.apps));
  const config = new Map(Object.entries(target.config));
  let { name } = target;
  for (const { part, key } of target.unread) {
    if (part === 'name') name = last.name;
    if (part === 'config' && !config.has(key) && Object.hasOwn(last.config, key))
      config.set(key, last.config[key] ?? '');
    const app = part === 'app' && Object.hasOwn(last.apps, key) ? last.apps[key] : undefined;
    if (app !== undefined && isDistinct(app, apps)) apps.set(key, app);
  }
  return {
    ...target,
    ...(name === undefined ? {} : { name }),
    apps: Object.fromEntries(apps),
    config: Object.fromEntries(config),
  };
}

/** Another app may have its id by now. */
function isDistinct({ id }: TargetApp, apps: ReadonlyMap<string, TargetApp>): boolean {
  return [...apps.values()].every((other) => other.id !== id);
}
