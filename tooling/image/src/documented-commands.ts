import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** How `docs/deploy.md` starts the supervisor on a plain Linux host with Docker. */
export interface DocumentedCommands {
  /** Arguments of `docker`. */
  readonly run: readonly string[];
  /** The systemd unit, as it is in the document. */
  readonly unit: string;
  /** The compose file, as it is in the document. */
  readonly compose: string;
}

const DOCUMENT = resolve(import.meta.dirname, '../../../docs/deploy.md');

/** Reads the commands that people copy from the document. */
export async function readDocumentedCommands(): Promise<DocumentedCommands> {
  const document = await readFile(DOCUMENT, 'utf8');
  const block = (language: string, holds: string): string => {
    const blocks = [...document.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
    const found = blocks.find(([, name, content = '']) => name === language && content.includes(holds));
    if (found?.[2] === undefined) throw new Error(`${DOCUMENT} has no ${language} block with ${holds}`);
    return found[2];
  };
  return {
    run: argumentsOf(block('sh', 'docker run -d'), /^docker (run -d .*)$/m),
    unit: block('ini', 'ExecStart='),
    compose: block('yaml', 'services:'),
  };
}

/** Words of a command that goes on after a backslash at the end of a line. */
export function argumentsOf(text: string, command: RegExp): string[] {
  const [, words = ''] = command.exec(text.replaceAll(/\\\n\s*/g, ' ')) ?? [];
  return words.split(/\s+/).filter((word) => word !== '');
}
