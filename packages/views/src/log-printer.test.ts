import { describe, expect, it } from 'vitest';
import { createLogPrinter } from './log-printer.ts';
import type { Screen } from './screen.ts';

const plain = (_: unknown, text: string): string => text;

function recorder(): Screen & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    paint: plain,
    isLive: false,
    width: 80,
    print: (text) => void lines.push(text),
    show: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

describe('createLogPrinter', () => {
  it('names the service before each line, and ends colours that a program left on', () => {
    const screen = recorder();
    const printer = createLogPrinter(screen, ['web']);
    const line = { service: 'web', isSystem: false, isStdErr: false };
    printer.print({ ...line, message: 'one\r\ntwo\n' });
    printer.print({ ...line, message: '\u001b[31mred' });
    printer.print({ ...line, isSystem: true, message: "Starting service 'web'" });
    expect(screen.lines).toEqual([
      'web        | one',
      'web        | two',
      'web        | \u001b[31mred\u001b[0m',
      "supervisor | Starting service 'web'",
    ]);
  });
});
