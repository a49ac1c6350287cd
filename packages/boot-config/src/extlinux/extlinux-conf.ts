import type { BootVariables } from '../boot-backend.ts';
import { BootFileInvalidError } from '../errors.ts';
import { argumentIn, FDT, ISOLCPUS, withArgument } from './linux-arguments.ts';

/** Reads the two variables from the default entry. @throws BootFileInvalidError */
export function parseExtlinuxConf(text: string): BootVariables {
  const entry = defaultEntry(text.split('\n'));
  const isolcpus = argumentIn(entry.append?.value ?? '', 'isolcpus');
  return {
    ...(isolcpus === null ? {} : { [ISOLCPUS]: isolcpus }),
    ...(entry.fdt === undefined ? {} : { [FDT]: entry.fdt.value }),
  };
}

/** Sets or removes the two in the default entry; all else stays. @throws BootFileInvalidError */
export function editExtlinuxConf(text: string, desired: BootVariables): string {
  const lines = text.split('\n');
  const isolcpus = desired[ISOLCPUS] ?? null;
  setDirective(lines, 'FDT', () => desired[FDT] ?? null);
  setDirective(lines, 'APPEND', (current) => {
    const value = withArgument(current ?? '', 'isolcpus', isolcpus);
    return current === null && value === '' ? null : value;
  });
  return lines.join('\n');
}

interface Directive {
  /** Index of its line. */
  readonly at: number;
  readonly value: string;
}

interface Entry {
  /** Index of its LABEL line. */
  readonly label: number;
  readonly fdt: Directive | undefined;
  readonly append: Directive | undefined;
  /** Index of its last line that says something. */
  readonly last: number;
}

/** Directives of extlinux are not case-sensitive. */
const DIRECTIVE = /^(\s*)(\w+)(\s+)(.*?)(\s*)$/;

function directiveAt(lines: readonly string[], at: number): { name: string; value: string } | null {
  const [, , name = '', , value = ''] = DIRECTIVE.exec(lines[at] ?? '') ?? [];
  return name === '' ? null : { name: name.toUpperCase(), value };
}

function defaultEntry(lines: readonly string[]): Entry {
  const directives = [...lines.keys()].flatMap((at) => {
    const directive = directiveAt(lines, at);
    return directive === null ? [] : [{ at, ...directive }];
  });
  const name = directives.find((directive) => directive.name === 'DEFAULT')?.value;
  const start = directives.findIndex((directive) => directive.name === 'LABEL' && directive.value === name);
  const label = directives[start];
  if (name === undefined || label === undefined) {
    throw new BootFileInvalidError('extlinux.conf', 'it has no entry that DEFAULT names');
  }
  const rest = directives.slice(start + 1);
  const end = rest.findIndex((directive) => directive.name === 'LABEL');
  const own = end === -1 ? rest : rest.slice(0, end);
  const find = (wanted: string): Directive | undefined => own.find((directive) => directive.name === wanted);
  return { label: label.at, fdt: find('FDT'), append: find('APPEND'), last: own.at(-1)?.at ?? label.at };
}

/** @param derive from the current value to the new one; `null`: no such line */
function setDirective(
  lines: string[],
  name: 'FDT' | 'APPEND',
  derive: (current: string | null) => string | null,
): void {
  const entry = defaultEntry(lines);
  const current = name === 'FDT' ? entry.fdt : entry.append;
  const value = derive(current?.value ?? null);
  if (value === (current?.value ?? null)) return;
  if (current === undefined) {
    const indent = /^\s*/.exec(lines[entry.last] ?? '')?.[0] ?? '';
    const end = lines[entry.last]?.endsWith('\r') === true ? '\r' : '';
    lines.splice(entry.last + 1, 0, `${indent}${name} ${value ?? ''}${end}`);
  } else if (value === null) {
    lines.splice(current.at, 1);
  } else {
    const [, indent = '', word = '', space = '', , end = ''] = DIRECTIVE.exec(lines[current.at] ?? '') ?? [];
    lines[current.at] = `${indent}${word}${space}${value}${end}`;
  }
}
