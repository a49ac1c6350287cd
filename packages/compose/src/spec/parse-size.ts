import { FieldError } from './field-error.ts';

const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes of a compose size: a number of bytes, or a number with a unit (`64m`, `1.5gb`, `512KiB`). */
export function parseSize(value: string | number): number {
  if (typeof value === 'number') return bytes(value, value);
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(?:([bkmgt])(?:i?b)?)?\s*$/i.exec(value);
  const unit = UNITS[match?.[2]?.toLowerCase() ?? 'b'];
  if (match?.[1] === undefined || unit === undefined) throw notASize(value);
  return bytes(Number(match[1]) * unit, value);
}

function bytes(count: number, value: string | number): number {
  const whole = Math.floor(count);
  if (whole < -1 || !Number.isSafeInteger(whole)) throw notASize(value);
  return whole;
}

function notASize(value: string | number): FieldError {
  return new FieldError(`'${value}' is not a size; write a number of bytes or e.g. 64m`);
}
