import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnginePaths } from './engine-paths.ts';

/** Linux capabilities by number (`linux/capability.h`). */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

/**
 * Puts a `runc` before the machine's: {@link runtimeWrapper}. A machine that grants everything gets none.
 *
 * @param runtime absolute path of the machine's own `runc`
 */
export async function installRuntimeWrapper(paths: EnginePaths, runtime: string): Promise<void> {
  await rm(paths.programs, { recursive: true, force: true });
  await mkdir(paths.programs, { recursive: true, mode: 0o700 });
  const wrapper = await runtimeWrapper(runtime);
  if (wrapper !== null) await writeFile(join(paths.programs, 'runc'), wrapper, { mode: 0o755 });
}

/**
 * A `runc` that asks for no capability which this machine withholds from root. Without it a privileged container, which
 * asks for all, could not start there.
 *
 * @param runtime absolute path of the real `runc`
 * @returns a shell script; `null` on a machine that grants everything
 */
export async function runtimeWrapper(runtime: string): Promise<string | null> {
  const missing = missingCapabilities(await readFile('/proc/self/status', 'utf8'));
  return missing.length === 0 ? null : wrapperScript(missing, runtime);
}

/** Names (`CAP_…`) of the capabilities that a process cannot have, from its `/proc/<pid>/status`. */
export function missingCapabilities(status: string): readonly string[] {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (bounding === undefined) return [];
  const bits = BigInt(`0x${bounding}`);
  return CAPABILITIES.flatMap((name, number) => (((bits >> BigInt(number)) & 1n) === 1n ? [] : [`CAP_${name}`]));
}

/**
 * A shell script that edits what runc is given, a container (`--bundle`) or a process in one (`--process`), and
 * continues as runc. The edit is confined to the JSON object `capabilities`, which has no objects in it.
 */
export function wrapperScript(missing: readonly string[], runtime: string): string {
  return `#!/bin/sh
# Written by device-supervisor: this machine has no ${missing.join(', ')} to give.
previous=
for argument in "$@"; do
  case "$previous" in
    --bundle) file="$argument/config.json" ;;
    --process) file="$argument" ;;
    *) file= ;;
  esac
  if [ -n "$file" ]; then
    sed -E -i -e ':name' -e 's/("capabilities":\\{[^}]*)"(${missing.join('|')})",?/\\1/' -e 'tname' \\
      -e ':comma' -e 's/("capabilities":\\{[^}]*),\\]/\\1]/' -e 'tcomma' "$file" || exit 1
  fi
  previous="$argument"
done
exec '${runtime.replaceAll("'", `'\\''`)}' "$@"
`;
}
