/**
 * Converts a time of a query for `journalctl`; `null`: not a time.
 *
 * All forms of systemd.time(7), e.g. `2026-11-24 05:56:36`, `yesterday`, `1h 30min ago`, `-5m`, `@1700000000.5`; and those
 * of ISO 8601 with a time zone, which only newer versions of systemd know. Whether there is such a day in the calendar is
 * left to `journalctl`.
 */
export function timeText(text: string): string | null {
  if (ISO.test(text)) {
    const milliseconds = Date.parse(text);
    return Number.isNaN(milliseconds) ? null : epochText(milliseconds);
  }
  return text.length <= MAX_LENGTH && FORMS.some((form) => form.test(text)) ? text : null;
}

/** @param milliseconds since the epoch, 0 or more */
export function epochText(milliseconds: number): string {
  const microseconds = String(Math.trunc(milliseconds * MICROSECONDS)).padStart(7, '0');
  return `@${microseconds.slice(0, -6)}.${microseconds.slice(-6)}`;
}

const MAX_LENGTH = 100;
const MICROSECONDS = 1_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

const UNIT = '(?:usec|us|µs|μs|msec|ms|seconds?|sec|s|minutes?|min|m|hours?|hr|h|days?|d|weeks?|w|months?|M|years?|y)';
/** `1h 30min`; seconds need no unit. There is one way to read each, so that none takes long to refuse. */
const SPAN = String.raw`(?:\d+(?:\.\d+)?(?:\s*${UNIT}\s*|\s+|$))+`;
const WEEKDAY = '(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)';
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)';
const DATE = String.raw`(?:\d{2}|\d{4})-\d{1,2}-\d{1,2}`;
const TIME = String.raw`\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?`;
/** `UTC`, `CET`, `Europe/Berlin`, `+01:00`. */
const ZONE = String.raw`(?:\s+[A-Za-z]\w*(?:[/+-]\w+)*|\s*[+-]\d{2}:?(?:\d{2})?|\s*Z)`;

const FORMS = [
  new RegExp(`^(?:now|today|yesterday|tomorrow)${ZONE}?$`),
  /^@\d+(?:\.\d+)?$/,
  new RegExp(String.raw`^[+-]\s*${SPAN}$`),
  new RegExp(String.raw`^${SPAN}(?<=\s)(?:ago|left)$`),
  new RegExp(String.raw`^(?:${WEEKDAY}\s+)?${DATE}(?:[\sT]\s*${TIME})?${ZONE}?$`, 'i'),
  new RegExp(String.raw`^${MONTH}\s+\d{1,2}\s+${TIME}${ZONE}?$`, 'i'),
  new RegExp(`^${TIME}${ZONE}?$`, 'i'),
];
