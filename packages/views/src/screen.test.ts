import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createScreen } from './screen.ts';

/** A terminal, as far as the screen uses one; keeps what a person would see. */
class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly rows = 10;
  columns = 20;
  cursorShown = true;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  get shown(): readonly string[] {
    return this.#lines.slice(0, this.#lines.findLastIndex((line) => line !== '') + 1);
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const [text = '', ...sequences] = chunk.toString().split('\u001b[');
    this.#put(text);
    for (const sequence of sequences) {
      const [code = ''] = /^[?\d]*[a-zA-Z]/.exec(sequence) ?? [];
      this.#control(code);
      this.#put(sequence.slice(code.length));
    }
    done();
  }

  #control(code: string): void {
    const line = this.#lines[this.#row] ?? '';
    if (code.endsWith('A')) this.#row -= Number.parseInt(code, 10);
    else if (code === 'K' || code === 'J') this.#lines[this.#row] = line.slice(0, this.#column);
    if (code === 'J') this.#lines.length = this.#row + 1;
    if (code.startsWith('?25')) this.cursorShown = code.endsWith('h');
  }

  #put(text: string): void {
    for (const character of text) {
      if (character === '\n' || (character !== '\r' && this.#column >= this.columns)) {
        this.#row += 1;
        this.#lines[this.#row] ??= '';
      }
      if (character === '\r' || character === '\n' || this.#column >= this.columns) this.#column = 0;
      if (character === '\r' || character === '\n') continue;
      const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }
}

describe('createScreen', () => {
  it('draws a block in place, with lines that stay above it', () => {
    const terminal = new FakeTerminal();
    const screen = createScreen(terminal, { isSmart: true });
    screen.print('first');
    screen.show(['a waiting', 'b waiting']);
    screen.show(['a running', 'b waiting']);
    expect(terminal.cursorShown).toBe(false);
    screen.print('second');
    expect(terminal.shown).toEqual(['first', 'second', 'a running', 'b waiting']);
    screen.show(['a running']);
    expect(terminal.shown).toEqual(['first', 'second', 'a running']);
    screen[Symbol.dispose]();
    screen.print('third');
    expect(terminal.shown).toEqual(['first', 'second', 'third']);
    expect(terminal.cursorShown).toBe(true);
  });

  it('shows as much of a block as the terminal has room for', () => {
    const terminal = new FakeTerminal();
    const screen = createScreen(terminal, { isSmart: true });
    screen.show(Array.from({ length: 12 }, (_, index) => `line ${index}`));
    expect(terminal.shown).toHaveLength(9);
    expect(terminal.shown.at(-1)).toBe('… 4 more');
  });

  it('finds the beginning of a block whose lines were wrapped when the terminal became narrower', () => {
    const terminal = new FakeTerminal();
    const screen = createScreen(terminal, { isSmart: true });
    screen.print('stays');
    screen.show(['0123456789']);
    terminal.columns = 5;
    const written: string[] = [];
    terminal._write = (chunk: Buffer, _: string, done: () => void) => {
      written.push(chunk.toString());
      done();
    };
    screen.show(['x']);
    expect(written.join('')).toContain('\u001b[2A');
  });

  it('writes no control sequences where it cannot draw', () => {
    for (const isTTY of [true, false]) {
      const written: string[] = [];
      const stream = Object.assign(
        new Writable({
          write(chunk: Buffer, _, done) {
            written.push(chunk.toString());
            done();
          },
        }),
        { isTTY },
      );
      const screen = createScreen(stream, { isSmart: !isTTY });
      screen.show(['block']);
      screen.print('line');
      expect(screen.isLive).toBe(false);
      expect(written.join('')).toBe('line\n');
    }
  });
});
