import { createRedactor } from '@device-supervisor/errors';

/** From the most to the least talkative. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `human`: one readable line. `json`: one JSON object per line, for programs. */
export type LogFormat = 'human' | 'json';

/** Further fields of one entry, e.g. an error code. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose entries name the part of the supervisor that writes them. */
  component(name: string): Logger;
}

/** The logger of the whole process, which knows the secrets that no entry may show. */
export interface ProcessLogger extends Logger {
  /** From now on `secret` is replaced wherever it occurs in an entry. */
  hide(secret: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one line, with its line end. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/**
 * @example
 * ```ts
 * const log = createLogger({ level: 'info', format: 'json', write: (line) => process.stdout.write(line), now: () => new Date() });
 * log.component('cloud').warn('The cloud cannot be reached', { retryIn: 15 });
 * ```
 */
export function createLogger({ level, format, write, now }: LoggerOptions): ProcessLogger {
  const secrets = new Set<string>();
  let redact = createRedactor([]);
  const print = format === 'json' ? formatJson : formatHuman;
  const least = LOG_LEVELS.indexOf(level);

  function loggerOf(component: string): Logger {
    const at =
      (entryLevel: LogLevel) =>
      (message: string, fields: LogFields = {}): void => {
        if (LOG_LEVELS.indexOf(entryLevel) < least) return;
        write(`${redact(print({ time: now(), level: entryLevel, component, message, fields }))}\n`);
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), component: loggerOf };
  }

  return {
    ...loggerOf('supervisor'),
    hide(secret) {
      if (secrets.has(secret)) return;
      secrets.add(secret);
      redact = createRedactor([...secrets]);
    },
  };
}

interface Entry {
  readonly time: Date;
  readonly level: LogLevel;
  readonly component: string;
  readonly message: string;
  readonly fields: LogFields;
}

function formatJson({ time, level, component, message, fields }: Entry): string {
  return JSON.stringify({ ...fields, time: time.toISOString(), level, component, message });
}

function formatHuman({ time, level, component, message, fields }: Entry): string {
  const clock = time.toISOString().slice(11, 23);
  const extra = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
  // A line stays a line, whatever an engine or a cloud answered.
  const text = message.replaceAll(/\s*\n\s*/g, ' | ');
  return `${clock} ${level.padEnd(5)} ${component}: ${text}${extra.join('')}`;
}
