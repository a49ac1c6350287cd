import type { Mount } from '@device-supervisor/compose';
import { inHost, type FieldMappings, type InspectedContainer } from './field-mapping.ts';

/** Volumes, host paths and temporary file systems. */
export const STORAGE_FIELDS: FieldMappings<'mounts' | 'anonymousVolumes' | 'tmpfs' | 'readOnly' | 'storageOpt'> = {
  mounts: {
    write: (mounts) => ({
      host: { Binds: mounts.map(({ source, target, readOnly }) => `${source}:${target}:${readOnly ? 'ro' : 'rw'}`) },
    }),
    read: ({ host }) =>
      [...host.Binds.flatMap(readBind), ...host.Mounts.flatMap(readMount)].sort((a, b) =>
        a.target < b.target ? -1 : 1,
      ),
  },
  anonymousVolumes: {
    write: (paths) => ({ settings: { Volumes: Object.fromEntries(paths.map((path) => [path, {}])) } }),
    read: ({ settings }) => settings.Volumes,
  },
  tmpfs: {
    write: (mounts) => ({ host: { Tmpfs: mounts } }),
    read: ({ host }) => ({
      ...host.Tmpfs,
      ...Object.fromEntries(
        host.Mounts.filter(({ Type }) => Type === 'tmpfs').map((mount) => [mount.Target, readTmpfsOptions(mount)]),
      ),
    }),
  },
  readOnly: inHost('ReadonlyRootfs', ({ host }) => host.ReadonlyRootfs),
  storageOpt: inHost('StorageOpt', ({ host }) => host.StorageOpt),
};

type MountWire = InspectedContainer['host']['Mounts'][number];

/** `source:target[:options]`. */
function readBind(bind: string): Mount[] {
  const [source = '', target, options = ''] = bind.split(':');
  if (target === undefined) return [];
  return [{ type: typeOf(source), source, target, readOnly: options.split(',').includes('ro') }];
}

/** The other way to say it; ours are written as binds. */
function readMount({ Type, Source, Target, ReadOnly }: MountWire): Mount[] {
  if ((Type !== 'volume' && Type !== 'bind') || Source === '') return [];
  return [{ type: Type, source: Source, target: Target, readOnly: ReadOnly }];
}

function readTmpfsOptions({ TmpfsOptions }: MountWire): string {
  const options = [
    ...(TmpfsOptions?.SizeBytes ? [`size=${TmpfsOptions.SizeBytes}`] : []),
    ...(TmpfsOptions?.Mode ? [`mode=${TmpfsOptions.Mode.toString(8)}`] : []),
  ];
  return options.join(',');
}

function typeOf(source: string): 'bind' | 'volume' {
  return source.startsWith('/') ? 'bind' : 'volume';
}
