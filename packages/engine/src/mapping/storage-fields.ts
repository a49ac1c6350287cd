import { cleanPath, type Mount } from '@device-supervisor/compose';
import { inHost, type FieldMappings, type InspectedContainer } from './field-mapping.ts';

/** Volumes, host paths and temporary file systems. */
export const STORAGE_FIELDS: FieldMappings<
  'mounts' | 'anonymousVolumes' | 'volumesFrom' | 'tmpfs' | 'readOnly' | 'storageOpt' | 'files'
> = {
  mounts: {
    write: (mounts) => ({
      host: {
        Binds: mounts.filter(({ subpath }) => subpath === undefined).map(writeBind),
        Mounts: mounts.filter(({ subpath }) => subpath !== undefined).map(writeMount),
      },
    }),
    read: ({ host }) =>
      [...host.Binds.flatMap(readBind), ...host.Mounts.flatMap(readMount)].sort((a, b) =>
        a.target < b.target ? -1 : 1,
      ),
  },
  anonymousVolumes: {
    write: (paths) => ({ settings: { Volumes: Object.fromEntries(paths.map((path) => [path, {}])) } }),
    read: ({ settings }) => settings.Volumes.map(cleanPath).sort(),
  },
  volumesFrom: inHost('VolumesFrom', ({ host }) => host.VolumesFrom.toSorted()),
  tmpfs: {
    write: (mounts) => ({ host: { Tmpfs: mounts } }),
    read: ({ host }) => ({
      ...Object.fromEntries(Object.entries(host.Tmpfs).map(([path, options]) => [cleanPath(path), options])),
      ...Object.fromEntries(
        host.Mounts.filter(({ Type }) => Type === 'tmpfs').map((mount) => [
          cleanPath(mount.Target),
          readTmpfsOptions(mount),
        ]),
      ),
    }),
  },
  readOnly: inHost('ReadonlyRootfs', ({ host }) => host.ReadonlyRootfs),
  // They are put into the container by a call of their own.
  files: { write: () => ({}), read: ({ requested }) => requested?.files ?? [] },
  storageOpt: inHost('StorageOpt', ({ host }) => host.StorageOpt),
};

type MountWire = InspectedContainer['host']['Mounts'][number];

/** `source:target:options`; there a part of a volume cannot be named. */
function writeBind({ source, target, readOnly, noCopy, options = [] }: Mount): string {
  return [`${source}:${target}:${readOnly ? 'ro' : 'rw'}`, ...(noCopy === true ? ['nocopy'] : []), ...options].join(
    ',',
  );
}

function readBind(bind: string): Mount[] {
  const [source = '', target, text = ''] = bind.split(':');
  if (target === undefined) return [];
  const options = text.split(',');
  const ofHostPath = source.startsWith('/') ? options.filter((option) => !ENGINE_OPTIONS.includes(option)).sort() : [];
  return [
    {
      type: source.startsWith('/') ? 'bind' : 'volume',
      source: source.startsWith('/') ? cleanPath(source) : source,
      target: cleanPath(target),
      readOnly: options.includes('ro'),
      ...(options.includes('nocopy') ? { noCopy: true } : {}),
      ...(ofHostPath.length === 0 ? {} : { options: ofHostPath }),
    },
  ];
}

/** Options of a bind that other fields of a mount hold. */
const ENGINE_OPTIONS = ['', 'ro', 'rw', 'nocopy'];

function writeMount({ type, source, target, readOnly, subpath, noCopy }: Mount): object {
  const VolumeOptions = { NoCopy: noCopy === true, Subpath: subpath };
  return { Type: type, Source: source, Target: target, ReadOnly: readOnly, VolumeOptions };
}

function readMount({ Type, Source, Target, ReadOnly, VolumeOptions }: MountWire): Mount[] {
  if ((Type !== 'volume' && Type !== 'bind') || Source === '') return [];
  const { NoCopy = false, Subpath = '' } = VolumeOptions ?? {};
  return [
    {
      type: Type,
      source: Type === 'bind' ? cleanPath(Source) : Source,
      target: cleanPath(Target),
      readOnly: ReadOnly,
      ...(Subpath === '' ? {} : { subpath: cleanPath(Subpath) }),
      ...(NoCopy ? { noCopy: true } : {}),
    },
  ];
}

function readTmpfsOptions({ TmpfsOptions }: MountWire): string {
  const options = [
    ...(TmpfsOptions?.SizeBytes ? [`size=${TmpfsOptions.SizeBytes}`] : []),
    ...(TmpfsOptions?.Mode ? [`mode=${TmpfsOptions.Mode.toString(8)}`] : []),
  ];
  return options.join(',');
}
