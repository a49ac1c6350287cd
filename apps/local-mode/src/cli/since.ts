import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SPAN = /^(\d+)([smhd])/;

/**
 * Reads the value of `--since`: a time span before now, e.g. `90s`, `10m`, `1h30m`, `2d`, or a date and time.
 *
 * @returns milliseconds since the epoch
 * @throws InvalidArgumentError
 */
export function readSince(text: string, now: number): number {
  const span = readSpan(text);
  if (span !== null) return now - span;
  // The platform takes any number for a year.
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('It must be a time span such as 90s, 10m or 1h30m, or a date and time.');
  }
  return time;
}

function readSpan(text: string): number | null {
  let total = 0;
  for (let rest = text; rest !== '';) {
    const [part, count, unit] = SPAN.exec(rest) ?? [];
    if (part === undefined || unit === undefined) return null;
    total += Number(count) * (UNITS[unit] ?? 0);
    rest = rest.slice(part.length);
  }
  return text === '' ? null : total;
}

/** Reads the value of `--tail`; infinite: all lines. @throws InvalidArgumentError */
export function readTail(text: string): number {
  if (text === 'all') return Infinity;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, or all.');
  return Number(text);
}
