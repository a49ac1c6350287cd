import { describe, expect, it } from 'vitest';
import { createLogger, type LogFormat, type LogLevel, type ProcessLogger } from './create-logger.ts';

function open(format: LogFormat, level: LogLevel = 'info'): { readonly log: ProcessLogger; readonly lines: string[] } {
  const lines: string[] = [];
  const now = (): Date => new Date('2026-01-02T03:04:05.678Z');
  return { lines, log: createLogger({ level, format, now, write: (line) => lines.push(line) }) };
}

describe('createLogger', () => {
  it('writes a JSON object per entry, with time, level, component and fields', () => {
    const { log, lines } = open('json');
    log.component('cloud').warn('cannot be "reached"\n', { code: 'CLOUD_UNREACHABLE', retryIn: 15 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-01-02T03:04:05.678Z',
      level: 'warn',
      component: 'cloud',
      message: 'cannot be "reached"\n',
      code: 'CLOUD_UNREACHABLE',
      retryIn: 15,
    });
  });

  it('does not let a field replace what every entry has', () => {
    const { log, lines } = open('json');
    log.info('real', { message: 'forged', level: 'error' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'real', level: 'info' });
  });

  it('writes one line for a person, also of a message with several', () => {
    const { log, lines } = open('human');
    log.component('engine').error('first\nsecond', { code: 'X' });
    expect(lines).toEqual(['03:04:05.678 error engine: first | second code=X\n']);
  });

  it.each<[LogLevel, string[]]>([
    ['debug', ['d', 'i', 'w', 'e']],
    ['info', ['i', 'w', 'e']],
    ['warn', ['w', 'e']],
    ['error', ['e']],
  ])('at level %s writes %j', (level, expected) => {
    const { log, lines } = open('json', level);
    log.debug('d');
    log.info('i');
    log.warn('w');
    log.error('e');
    expect(lines.map((line) => /"message":"(.)"/.exec(line)?.[1])).toEqual(expected);
  });

  it.each<LogFormat>(['json', 'human'])('shows no registered secret (%s)', (format) => {
    const { log, lines } = open(format);
    log.hide('0123456789abcdef');
    log.component('api').info('GET /?apikey=0123456789abcdef', { url: 'x/0123456789abcdef' });
    expect(lines.join('')).not.toContain('0123456789abcdef');
    expect(lines.join('')).toContain('[redacted]');
  });
});
