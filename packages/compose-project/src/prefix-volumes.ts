import type { Project } from './project.ts';

type Volumes = Pick<Project, 'services' | 'volumes'>;

/** Puts a prefix before the name of each volume of a project and its uses; external volumes keep their names. */
export function prefixVolumes(project: Volumes, prefix: string): Volumes {
  if (prefix === '') return project;
  const renamed = new Map(
    Object.entries(project.volumes)
      .filter(([, volume]) => !isExternal(volume))
      .map(([name]) => [name, `${prefix}${name}`]),
  );
  return {
    volumes: Object.fromEntries(
      Object.entries(project.volumes).map(([name, volume]) => [renamed.get(name) ?? name, volume]),
    ),
    services: project.services.map((service) => {
      const { volumes: mounts } = service.composition;
      if (!Array.isArray(mounts)) return service;
      return {
        ...service,
        composition: { ...service.composition, volumes: mounts.map((mount) => rename(mount, renamed)) },
      };
    }),
  };
}

function isExternal(volume: unknown): boolean {
  return typeof volume === 'object' && volume !== null && 'external' in volume && volume.external !== false;
}

function rename(mount: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (typeof mount === 'string') {
    const [source = '', ...rest] = mount.split(':');
    const name = rest.length === 0 ? undefined : renamed.get(source);
    return name === undefined ? mount : [name, ...rest].join(':');
  }
  if (typeof mount !== 'object' || mount === null || !('source' in mount) || typeof mount.source !== 'string')
    return mount;
  const name = 'type' in mount && mount.type === 'volume' ? renamed.get(mount.source) : undefined;
  return name === undefined ? mount : { ...mount, source: name };
}
