import { createFakeClock } from '@device-supervisor/primitives/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../log/create-logger.ts';
import { notifySystemd } from './notify-systemd.ts';

let messages: string[];
let lines: string[];
let isAlive: boolean;
let failure: Error | null;
const clock = createFakeClock();

beforeEach(() => {
  [messages, lines, isAlive, failure] = [[], [], true, null];
});

function start(watchdogInterval: number | null): Promise<AsyncDisposable> {
  return notifySystemd({
    watchdogInterval,
    isAlive: () => isAlive,
    async run(program, [pid = '', message = '']) {
      if (failure !== null) throw failure;
      messages.push(message);
      expect([program, pid]).toEqual(['systemd-notify', `--pid=${process.pid}`]);
      return '';
    },
    clock,
    log: createLogger({
      level: 'info',
      format: 'json',
      write: (line) => void lines.push(line),
      now: () => new Date(0),
    }),
  });
}

describe('a supervisor that systemd runs', () => {
  it('says that it is ready, and that it stops', async () => {
    {
      await using _ = await start(null);
      expect(messages).toEqual(['READY=1']);
      clock.advance(600_000);
    }
    expect(messages).toEqual(['READY=1', 'STOPPING=1']);
  });

  it('says twice in each interval that it lives, while it does', async () => {
    const notified = await start(180_000);
    clock.advance(180_000);
    expect(messages).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    isAlive = false;
    clock.advance(180_000);
    expect(messages).toHaveLength(3);
    isAlive = true;
    clock.advance(90_000);
    expect(messages).toHaveLength(4);
    await notified[Symbol.asyncDispose]();
    clock.advance(180_000);
    expect(messages.at(-1)).toBe('STOPPING=1');
  });

  it('goes on where systemd cannot be reached, and reports that once', async () => {
    failure = new Error('no systemd-notify');
    await using _ = await start(2000);
    clock.advance(10_000);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('READY=1');
  });
});
