import type { Format } from './paint.ts';
import type { Screen } from './screen.ts';

const COLOURS: readonly Format[] = [
  'cyan',
  'magenta',
  'blue',
  'yellow',
  'green',
  'cyanBright',
  'magentaBright',
  'blueBright',
];

/** Name before the supervisor's own lines. */
const SYSTEM = 'supervisor';

/** A line that a service or the supervisor wrote. */
export interface PrintedLine {
  readonly message: string;
  /** `null`: about no service in particular. */
  readonly service: string | null;
  /** The supervisor's own. */
  readonly isSystem: boolean;
  readonly isStdErr: boolean;
}

export interface LogPrinter {
  print(line: PrintedLine): void;
}

/** Prints log lines with their service's name before them, each service in a colour of its own. */
export function createLogPrinter(screen: Screen, services: readonly string[]): LogPrinter {
  const known = [...services];
  return {
    print({ service, message, isSystem, isStdErr }) {
      const name = isSystem || service === null ? SYSTEM : service;
      if (name !== SYSTEM && !known.includes(name)) known.push(name);
      const width = Math.max(SYSTEM.length, ...known.map((one) => one.length));
      const colour = name === SYSTEM ? 'dim' : (COLOURS[known.indexOf(name) % COLOURS.length] ?? 'cyan');
      const prefix = screen.paint(colour, `${name.padEnd(width)} |`);
      for (const text of withoutEnd(message).split('\n')) {
        screen.print(`${prefix} ${lineText(text, { isSystem, isStdErr }, screen)}`);
      }
    },
  };
}

function lineText(
  text: string,
  { isSystem, isStdErr }: { isSystem: boolean; isStdErr: boolean },
  { paint }: Screen,
): string {
  if (isSystem) return paint('dim', text);
  // A colour that a program switched on must not run into the next line.
  if (text.includes('\u001b')) return `${text}\u001b[0m`;
  return isStdErr ? paint('yellow', text) : text;
}

/** A carriage return would take the next line's place. */
function withoutEnd(message: string): string {
  return message.replace(/[\r\n]+$/, '').replaceAll('\r', '');
}
