import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** A piece of code in `docs/deploy.md`. */
export interface DocumentedBlock {
  /** e.g. `sh`. */
  readonly language: string;
  /** The nearest heading above, e.g. `Upgrade, and back`. */
  readonly heading: string;
  readonly text: string;
}

/** How `docs/deploy.md` starts the supervisor on a plain Linux host with Docker. */
export interface DocumentedCommands {
  readonly blocks: readonly DocumentedBlock[];
  /** The first block below a heading that has the text. @throws when there is none */
  block(heading: string, holds: string): string;
  /** Arguments of `docker`. */
  readonly run: readonly string[];
  /** The systemd unit that runs the container, as it is in the document. */
  readonly unit: string;
  /** The compose file, as it is in the document. */
  readonly compose: string;
}

/** The headings of the document that tests use. */
export const PLAIN_HOST = 'On a plain Debian host with Docker';

const DOCUMENT = resolve(import.meta.dirname, '../../../docs/deploy.md');

/** Reads the commands that people copy from the document. */
export async function readDocumentedCommands(): Promise<DocumentedCommands> {
  const blocks = blocksOf(await readFile(DOCUMENT, 'utf8'));
  const block = (heading: string, holds: string): string => {
    const found = blocks.find((one) => one.heading === heading && one.text.includes(holds));
    if (found === undefined) throw new Error(`${DOCUMENT} has no block with ${holds} below ${heading}`);
    return found.text;
  };
  return {
    blocks,
    block,
    run: argumentsOf(block(PLAIN_HOST, 'docker run -d'), /^docker (run -d .*)$/m),
    unit: block(PLAIN_HOST, 'ExecStart=/usr/bin/docker'),
    compose: block(PLAIN_HOST, 'services:'),
  };
}

function blocksOf(document: string): DocumentedBlock[] {
  const parts = document.matchAll(
    /^#+ (?<heading>[^\n]*)$|^(?<indent> *)```(?<language>\w+)\n(?<text>.*?)^\k<indent>```$/gms,
  );
  let heading = '';
  return [...parts].flatMap(({ groups = {} }) => {
    heading = groups['heading'] ?? heading;
    const { indent = '', language, text = '' } = groups;
    if (language === undefined) return [];
    return [{ language, heading, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }];
  });
}

/** Words of a command that goes on after a backslash at the end of a line. */
export function argumentsOf(text: string, command: RegExp): string[] {
  const [, words = ''] = command.exec(text.replaceAll(/\\\n\s*/g, ' ')) ?? [];
  return words.split(/\s+/).filter((word) => word !== '');
}
