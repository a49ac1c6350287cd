import { FieldError } from './field-error.ts';

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a compose duration: units in a row (`1h30m`, `1.5s`, `500ms`), or a bare number of seconds. */
export function parseDuration(value: string | number): number {
  if (typeof value === 'number' || /^\d+$/.test(value)) return Number(value) * 1000;
  const text = value.trim();
  if (!/^(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d))+$/.test(text)) {
    throw new FieldError(`'${value}' is not a duration; write e.g. 30s or 1m30s`);
  }
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)/g)) {
    total += Number(count) * (MILLISECONDS[unit ?? ''] ?? 0);
  }
  return Math.round(total * 1000) / 1000;
}
