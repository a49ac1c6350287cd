import type { TargetApp, TargetState } from '@device-supervisor/state';

/**
 * Whether two targets differ at most in the contents that the names of their images stand for. No text is copied: a target
 * can have megabytes.
 */
export function isSameRequest(a: TargetState | null, b: TargetState | null): boolean {
  return isSame(withoutContents(a), withoutContents(b));
}

function withoutContents(target: TargetState | null): unknown {
  return target === null ? null : { ...target, apps: mapValues(target.apps, withoutImageContents) };
}

function withoutImageContents(app: TargetApp): TargetApp {
  if (app.release === null) return app;
  const services = mapValues(app.release.services, (service) => ({ ...service, contentId: undefined }));
  return { ...app, release: { ...app.release, services } };
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** Of values of JSON; what is undefined is not there. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = namesOf(a);
  return (
    names.length === namesOf(b).length && names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

function namesOf(value: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
