import type { Mount } from '../container-config.ts';
import { cleanPath } from './clean-path.ts';
import { FieldError } from './field-error.ts';
import { parseSize } from './parse-size.ts';

/** A compose volume entry; `refused` names a reason why it is not applied. */
export type MountRequest =
  | {
      readonly kind: 'volume';
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
      /** Path inside the volume; `''`: all of it. */
      readonly subpath: string;
      readonly noCopy: boolean;
    }
  | { readonly kind: 'anonymous'; readonly target: string }
  | HostPathRequest
  | { readonly kind: 'tmpfs'; readonly target: string; readonly options: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** A path of the host; whether it may be mounted is up to the device. */
export interface HostPathRequest {
  readonly kind: 'host-path';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** See `Mount.options`. */
  readonly options: readonly string[];
}

/** The long form of a volume in a compose file. */
export interface MountObject {
  readonly type: string;
  readonly source?: string | undefined;
  readonly target: string;
  readonly read_only?: boolean | undefined;
  readonly bind?: { readonly propagation?: string | undefined; readonly selinux?: string | undefined } | undefined;
  readonly volume?: { readonly nocopy?: boolean | undefined; readonly subpath?: string | undefined } | undefined;
  readonly tmpfs?: { readonly size?: string | number | undefined; readonly mode?: number | undefined } | undefined;
}

export const HOST_PATH_REFUSED =
  'paths of the host are not mounted on a device; put files into the image, or use a named volume or a label io.balena.features.*';
/** Options that change nothing on Linux. */
const IGNORED_OPTIONS = ['rw', 'cached', 'delegated', 'consistent'];
/** Options of a host path that the engine is given; they change nothing for a volume. */
const HOST_PATH_OPTIONS = ['z', 'Z', 'shared', 'rshared', 'slave', 'rslave', 'private', 'rprivate'];

/** Reads one compose volume: `data:/data[:ro]`, `/anonymous`, or the long form. */
export function parseMount(mount: string | MountObject): MountRequest {
  return typeof mount === 'string' ? parseShort(mount) : parseLong(mount);
}

/** Sorts mounts by where they are mounted. */
export function byTarget(a: Mount, b: Mount): number {
  return a.target < b.target ? -1 : a.target > b.target ? 1 : 0;
}

function parseShort(text: string): MountRequest {
  const [source = '', target, mode, ...rest] = text.split(':');
  if (rest.length > 0 || source === '') throw notAMount(text);
  if (target === undefined) return { kind: 'anonymous', target: absolute(source, text) };
  const options = mode === undefined ? [] : mode.split(',');
  const known = ['ro', 'nocopy', ...IGNORED_OPTIONS, ...HOST_PATH_OPTIONS];
  const unknown = options.find((option) => !known.includes(option));
  if (unknown !== undefined) throw new FieldError(`'${text}' has the unknown option '${unknown}'`);
  if (/^[./~]/.test(source)) {
    return {
      kind: 'host-path',
      source,
      target: absolute(target, text),
      readOnly: options.includes('ro'),
      options: options.filter((option) => HOST_PATH_OPTIONS.includes(option)).sort(),
    };
  }
  return {
    kind: 'volume',
    volume: source,
    target: absolute(target, text),
    readOnly: options.includes('ro'),
    subpath: '',
    noCopy: options.includes('nocopy'),
  };
}

function parseLong(mount: MountObject): MountRequest {
  const target = absolute(mount.target, mount.target);
  switch (mount.type) {
    case 'volume':
      if (mount.source === undefined) return { kind: 'anonymous', target };
      return {
        kind: 'volume',
        volume: mount.source,
        target,
        readOnly: mount.read_only ?? false,
        subpath: subpathOf(mount),
        noCopy: mount.volume?.nocopy ?? false,
      };
    case 'tmpfs':
      return { kind: 'tmpfs', target, options: tmpfsOptions(mount) };
    case 'bind':
      if (mount.source === undefined) throw new FieldError('needs source, the path of the host');
      return {
        kind: 'host-path',
        source: mount.source,
        target,
        readOnly: mount.read_only ?? false,
        options: hostPathOptions(mount),
      };
    default:
      return { kind: 'refused', reason: `mounts of type '${mount.type}' are not supported` };
  }
}

function hostPathOptions({ bind = {} }: MountObject): string[] {
  const options = [bind.propagation, bind.selinux].flatMap((option) =>
    option === undefined || option === '' ? [] : [option],
  );
  const unknown = options.find((option) => !HOST_PATH_OPTIONS.includes(option));
  if (unknown !== undefined) throw new FieldError(`bind has the unknown option '${unknown}'`);
  return options.sort();
}

function subpathOf({ volume }: MountObject): string {
  const subpath = volume?.subpath ?? '';
  if (subpath.startsWith('/') || subpath.split('/').includes('..')) {
    throw new FieldError(`subpath '${subpath}' is not a path inside the volume`);
  }
  return subpath === '' ? '' : cleanPath(subpath);
}

function tmpfsOptions({ tmpfs, read_only }: MountObject): string {
  const options = [
    ...(read_only === true ? ['ro'] : []),
    ...(tmpfs?.size === undefined ? [] : [`size=${parseSize(tmpfs.size)}`]),
    ...(tmpfs?.mode === undefined ? [] : [`mode=${tmpfs.mode.toString(8)}`]),
  ];
  return options.join(',');
}

function absolute(path: string, mount: string): string {
  if (!path.startsWith('/')) throw new FieldError(`'${mount}' is not mounted at an absolute path`);
  return cleanPath(path);
}

function notAMount(text: string): FieldError {
  return new FieldError(`'${text}' is not a volume; write e.g. data:/data or data:/data:ro`);
}
