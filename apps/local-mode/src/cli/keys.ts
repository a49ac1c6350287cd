import type { ReadStream } from 'node:tty';

/** The command of a key. */
export type Command = 'apply' | 'help' | 'logs' | 'page' | 'stop';

const KEYS: Readonly<Record<string, Command>> = {
  r: 'apply',
  R: 'apply',
  '?': 'help',
  l: 'logs',
  L: 'logs',
  o: 'page',
  O: 'page',
  q: 'stop',
  Q: 'stop',
  // Ctrl-C, which is a key like any other while keys are read one by one, and Ctrl-D.
  '\u0003': 'stop',
  '\u0004': 'stop',
};

/** The keys, for a person. */
export const KEYS_HELP =
  'r  read, build and apply again    l  logs on or off    o  open the page    ?  these keys    q  stop';

/** Reads single keys from a terminal until it is disposed of. */
export function readKeys(input: ReadStream, onCommand: (command: Command) => void): Disposable {
  const onData = (data: string): void => {
    for (const key of data) {
      const command = KEYS[key];
      if (command !== undefined) onCommand(command);
    }
  };
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.on('data', onData);
  input.resume();
  return {
    [Symbol.dispose]() {
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
    },
  };
}
