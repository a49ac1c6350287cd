import type { BootVariables } from '../boot-backend.ts';
import { argumentIn, FDT, ISOLCPUS, withArgument } from '../extlinux/linux-arguments.ts';

const FDT_KEY = 'custom_fdt_file';
const COMMAND_LINE_KEY = 'extra_os_cmdline';

export function parseExtraUEnv(text: string): BootVariables {
  const lines = text.split('\n');
  const fdt = valueOf(lines, FDT_KEY) ?? '';
  const isolcpus = argumentIn(valueOf(lines, COMMAND_LINE_KEY) ?? '', 'isolcpus');
  return { ...(isolcpus === null ? {} : { [ISOLCPUS]: isolcpus }), ...(fdt === '' ? {} : { [FDT]: fdt }) };
}

/** Sets or removes the two; other lines and other arguments of the kernel stay. */
export function editExtraUEnv(text: string, desired: BootVariables): string {
  const lines = text.split('\n');
  const commandLine = valueOf(lines, COMMAND_LINE_KEY) ?? '';
  const withIsolcpus = withArgument(commandLine, 'isolcpus', desired[ISOLCPUS] ?? null);
  const edited = withValue(lines, FDT_KEY, desired[FDT] ?? null);
  return withValue(edited, COMMAND_LINE_KEY, withIsolcpus === '' ? null : withIsolcpus).join('\n');
}

/** The last one counts. */
function valueOf(lines: readonly string[], key: string): string | null {
  const line = lines.findLast((text) => keyOf(text) === key);
  return line === undefined ? null : line.slice(line.indexOf('=') + 1).trim();
}

function withValue(lines: readonly string[], key: string, value: string | null): readonly string[] {
  if (valueOf(lines, key) === value) return lines;
  const end = lines.some((line) => line.endsWith('\r')) ? '\r' : '';
  const others = lines.filter((line) => keyOf(line) !== key);
  if (value === null) return others;
  const line = `${key}=${value}${end}`;
  const place = lines.findIndex((text) => keyOf(text) === key);
  if (place !== -1) return others.toSpliced(place, 0, line);
  const last = others.at(-1) ?? '';
  return last === '' ? [...others.slice(0, -1), line, ''] : [...others, line, ''];
}

function keyOf(line: string): string | null {
  return /^\s*(\w+)\s*=/.exec(line)?.[1] ?? null;
}
