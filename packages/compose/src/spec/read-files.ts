import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { FileComposition, TargetRelease, TargetService } from '@device-supervisor/state';
import type { ContainerConfig, ContainerFile } from '../container-config.ts';
import type { FileToPut } from '../execute/ports.ts';
import { SecretText } from '../secret-text.ts';
import type { DeviceFacts } from './device-facts.ts';
import { cleanPath } from './clean-path.ts';
import { FieldError } from './field-error.ts';
import type { FindingCollector } from './findings.ts';
import { ownEntry } from './own-entry.ts';

export interface FilesContext {
  readonly release: TargetRelease;
  readonly device: DeviceFacts;
  readonly findings: FindingCollector;
  /** Other configuration of the container. */
  readonly storage: Pick<ContainerConfig, 'mounts' | 'tmpfs' | 'readOnly'>;
}

/** Files of a service: with their contents, and as what is compared of them. */
export interface ServiceFiles {
  readonly contents: readonly FileToPut[];
  readonly files: readonly ContainerFile[];
  /** Directories of a read-only container that need a volume of their own to be written to. */
  readonly directories: readonly string[];
}

type FileUse = NonNullable<TargetService['composition']['configs']>[number];

const DEFAULT_MODE = 0o444;

/** The fields `configs` and `secrets`, whose contents the release holds. */
export function readFiles({ composition }: TargetService, context: FilesContext): ServiceFiles {
  const { release, device, findings, storage } = context;
  const read = (field: 'configs' | 'secrets', base: string): FileToPut[] =>
    findings.readEach(field, composition[field] ?? [], (use) => {
      const file = readUse(use, { base, definitions: release[field] ?? {} });
      refuseHidden(file.path, storage);
      return [file];
    });
  const contents = [...read('configs', '/'), ...read('secrets', '/run/secrets/')].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  const twice = contents.find(({ path }, index) => contents[index + 1]?.path === path);
  if (twice !== undefined) findings.problem('configs', `more than one file is put at ${twice.path}`);
  const key = utf8ToBytes(device.deviceApiKey === '' ? device.uuid : device.deviceApiKey);
  return {
    contents,
    files: contents.map(({ content, ...file }) => ({
      ...file,
      digest: bytesToHex(hmac(sha256, key, utf8ToBytes(content.reveal()))),
    })),
    directories: storage.readOnly ? [...new Set(contents.map(({ path }) => directoryOf(path)))] : [],
  };
}

function readUse(
  use: FileUse,
  { base, definitions }: { readonly base: string; readonly definitions: Readonly<Record<string, FileComposition>> },
): FileToPut {
  const { source, target = source, uid = 0, gid = 0, mode } = typeof use === 'string' ? { source: use } : use;
  const definition = ownEntry(definitions, source);
  if (definition === undefined) throw new FieldError(`'${source}' is not one of the release's`);
  if (definition.content === undefined) {
    throw new FieldError(`'${source}' has no content; files and variables of a computer do not reach the device`);
  }
  const path = target.startsWith('/') ? target : `${base}${target}`;
  if (path.endsWith('/') || path.split('/').includes('..'))
    throw new FieldError(`'${target}' is not the path of a file`);
  return {
    path: cleanPath(path),
    mode: readMode(mode),
    uid: readOwner(uid),
    gid: readOwner(gid),
    content: new SecretText(definition.content),
  };
}

/** Octal as a text; YAML has read a number already. */
function readMode(mode: number | string = DEFAULT_MODE): number {
  const value =
    typeof mode === 'number' ? mode : /^(0o?)?[0-7]{1,4}$/.test(mode) ? Number.parseInt(mode.replace('o', ''), 8) : NaN;
  if (!Number.isInteger(value) || value < 0 || value > 0o7777)
    throw new FieldError(`'${mode}' is not a mode; write e.g. "0440"`);
  return value;
}

function readOwner(owner: number | string): number {
  if (/^\d{1,9}$/.test(String(owner))) return Number(owner);
  throw new FieldError(`'${owner}' is not the number of a user or group`);
}

/** Files go into the container before anything is mounted in it. */
function refuseHidden(path: string, { mounts, tmpfs, readOnly }: FilesContext['storage']): void {
  const hiding = [...mounts.map(({ target }) => target), ...Object.keys(tmpfs)].find(
    (target) => path === target || path.startsWith(`${target}/`),
  );
  if (hiding !== undefined) throw new FieldError(`${path} is below ${hiding}, where something else is mounted`);
  if (readOnly && directoryOf(path) === '/') {
    throw new FieldError(`${path} cannot be written in a service that is read_only; put it into a directory`);
  }
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
