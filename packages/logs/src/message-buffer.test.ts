import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogMessage } from './log-message.ts';
import { createMessageBuffer, type MessageBuffer } from './message-buffer.ts';

describe('createMessageBuffer', () => {
  it('gives messages in the order in which they came', () => {
    const buffer = createMessageBuffer(10_000);
    const messages = [line('a', '1'), line('b', '2'), system('3'), line('a', '4')];
    for (const message of messages) buffer.push(message);
    expect(drain(buffer)).toEqual(['1', '2', '3', '4']);
    expect(buffer.shift()).toBeUndefined();
    expect(buffer.takeDropped()).toBe(0);
  });

  it('drops only messages of a noisy service', () => {
    const buffer = createMessageBuffer(1_010);
    buffer.push(line('quiet', 'q'));
    buffer.push(system('s'));
    for (let index = 0; index < 1_000; index++) buffer.push(line('noisy', String(index)));
    expect(drain(buffer)).toEqual(['q', 's', '993', '994', '995', '996', '997', '998', '999']);
    expect(buffer.dropped).toBe(993);
    expect(buffer.takeDropped()).toBe(993);
    expect(buffer.takeDropped()).toBe(0);
  });

  it('tells services of the same name in different apps apart', () => {
    const buffer = createMessageBuffer(500);
    buffer.push({ ...line('main', 'other app'), appId: 2 });
    for (let index = 0; index < 10; index++) buffer.push(line('main', String(index)));
    expect(drain(buffer)[0]).toBe('other app');
  });

  it('has room for one message of any length', () => {
    const buffer = createMessageBuffer(500);
    buffer.push(line('a', 'small'));
    buffer.push(line('a', 'x'.repeat(10_000)));
    expect(drain(buffer)).toEqual(['x'.repeat(10_000)]);
    expect(buffer.takeDropped()).toBe(1);
  });

  it('never holds more than its capacity, and counts what it drops', () => {
    const capacity = 2_000;
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ service: fc.constantFrom('a', 'b', 'c'), length: fc.nat(600) }) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const buffer = createMessageBuffer(capacity);
        let pushed = 0;
        let taken = 0;
        for (const next of steps) {
          if (next === null) {
            if (buffer.shift() !== undefined) taken++;
          } else {
            buffer.push(line(next.service, 'x'.repeat(next.length)));
            pushed++;
          }
          expect(buffer.size).toBe(pushed - taken - buffer.dropped);
        }
        const rest = drain(buffer);
        expect(rest.reduce((sum, message) => sum + message.length + 100, 0)).toBeLessThanOrEqual(capacity);
        expect(buffer.size).toBe(0);
      }),
    );
  });
});

function line(serviceName: string, message: string): LogMessage {
  return { message, timestamp: 0, serviceName, appId: 1 };
}

function system(message: string): LogMessage {
  return { message, timestamp: 0, isSystem: true };
}

function drain(buffer: MessageBuffer): string[] {
  const messages: string[] = [];
  for (let next = buffer.shift(); next !== undefined; next = buffer.shift()) messages.push(next.message);
  return messages;
}
