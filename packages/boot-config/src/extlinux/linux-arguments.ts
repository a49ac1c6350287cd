import type { CheckedValue } from '../boot-backend.ts';

export const ISOLCPUS = 'HOST_EXTLINUX_isolcpus';
export const FDT = 'HOST_EXTLINUX_fdt';

/** Of the two variables above: they become words of a line. */
export function checkWord(value: string): CheckedValue {
  return /^[!-~]+$/.test(value.trim())
    ? { ok: true, value: value.trim() }
    : { ok: false, message: 'must be one word of ASCII characters' };
}

/** Value of an argument of the kernel; `null`: it is not there. */
export function argumentIn(line: string, name: string): string | null {
  const word = line.split(/\s+/).findLast((text) => text.startsWith(`${name}=`));
  return word === undefined ? null : word.slice(name.length + 1);
}

/** Sets an argument of the kernel, `null` removes it. The others keep their place and the spaces between them. */
export function withArgument(line: string, name: string, value: string | null): string {
  const pattern = new RegExp(`(^|\\s+)${name}=\\S*`, 'g');
  const present = [...line.matchAll(pattern)];
  if (present.length === 0) return value === null ? line : `${line}${line === '' ? '' : ' '}${name}=${value}`;
  const last = present.length - 1;
  let index = 0;
  return line
    .replace(pattern, (_match, space: string) => (index++ === last && value !== null ? `${space}${name}=${value}` : ''))
    .replace(/^\s+(?=\S)/, /^\s/.test(line) ? '$&' : '');
}
