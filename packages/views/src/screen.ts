import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { createPaint, type Paint } from './paint.ts';

/** Output for a person: lines that stay, and on a terminal a block below them that is redrawn in place. */
export interface Screen extends Disposable {
  readonly paint: Paint;
  /** Whether {@link Screen.show} shows anything. */
  readonly isLive: boolean;
  /** Columns of a line. */
  readonly width: number;
  /** Writes lines that stay. */
  print(text: string): void;
  /** Replaces the block; `[]` removes it. */
  show(lines: readonly string[]): void;
}

/** As much of `process.stdout` as is used here. */
export type ScreenStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_LINE_END = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/** @param terminal its `TERM` says that it understands cursor movements */
export function createScreen(stream: ScreenStream, terminal: { readonly isSmart: boolean }): Screen {
  const isLive = stream.isTTY === true && terminal.isSmart;
  let block: readonly string[] = [];
  let drawn: readonly string[] = [];

  /** Moves to where the block begins; a terminal that has become narrower has wrapped its lines. */
  const rewind = (): string => {
    const columns = stream.columns ?? 80;
    const rows = drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
      0,
    );
    return rows === 0 ? '' : `\u001b[${rows}A\r`;
  };
  const draw = (above: string): void => {
    const room = Math.max(1, (stream.rows ?? 24) - 1);
    const lines = block.length > room ? [...block.slice(0, room - 1), `… ${block.length - room + 1} more`] : block;
    const cursor =
      lines.length > 0 && drawn.length === 0 ? HIDE_CURSOR : lines.length === 0 && drawn.length > 0 ? SHOW_CURSOR : '';
    const text = [...lines].map((line) => `${line}${ERASE_LINE_END}\n`).join('');
    stream.write(`${rewind()}${above === '' ? '' : `${ERASE_BELOW}${above}`}${text}${ERASE_BELOW}${cursor}`);
    drawn = lines;
  };
  return {
    paint: createPaint(stream),
    isLive,
    get width() {
      return Math.max(20, (stream.columns ?? 100) - 1);
    },
    print(text) {
      if (isLive && drawn.length > 0) draw(`${text}\n`);
      else stream.write(`${text}\n`);
    },
    show(lines) {
      if (!isLive || (lines.length === 0 && drawn.length === 0)) return;
      block = lines;
      draw('');
    },
    [Symbol.dispose]() {
      block = [];
      if (isLive && drawn.length > 0) draw('');
    },
  };
}
