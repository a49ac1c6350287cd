import { cleanPath } from './clean-path.ts';
import { FieldError } from './field-error.ts';
import { parseSize } from './parse-size.ts';

/** Options with a value; the others are flags. */
const VALUES = new Set(['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol']);
const FLAGS = new Set(
  'defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync atime noatime diratime nodiratime relatime norelatime strictatime nostrictatime'.split(
    ' ',
  ),
);

/** A temporary file system as compose's `tmpfs` has it: `/run`, or `/run:size=64m,mode=755`. */
export function parseTmpfs(text: string): { readonly target: string; readonly options: string } {
  const [target = '', options = '', ...rest] = text.split(':');
  if (!target.startsWith('/') || rest.length > 0) {
    throw new FieldError(`'${text}' is not an absolute path with options; write e.g. /run or /run:size=64m,mode=755`);
  }
  for (const option of options === '' ? [] : options.split(',')) checkOption(option, text);
  return { target: cleanPath(target), options };
}

function checkOption(option: string, text: string): void {
  const [name = '', value] = option.split('=', 2);
  const isKnown = value === undefined ? FLAGS.has(name) : VALUES.has(name);
  if (!isKnown) throw new FieldError(`'${text}' has the unknown option '${option}'`);
  // Of the memory; all other sizes are those of compose.
  if (name === 'size' && !/^\d+%$/.test(value ?? '')) parseSize(value ?? '');
  if (name === 'mode' && !/^[0-7]{1,4}$/.test(value ?? ''))
    throw new FieldError(`'${text}' has a mode that is not octal`);
}
