import type { Project } from '@device-supervisor/compose-project';

/** A volume of a project that runs, or ran, on the engine of a session. */
export interface ProjectVolume {
  readonly project: string;
  /** As the compose file names it. */
  readonly name: string;
}

/** Volumes for a person, e.g. `the volumes data and cache of shop`. */
export function describeVolumes(volumes: readonly ProjectVolume[]): string {
  const projects = [...new Set(volumes.map(({ project }) => project))];
  return projects
    .map((project) => {
      const names = volumes.filter((volume) => volume.project === project).map(({ name }) => name);
      return `the ${names.length === 1 ? 'volume' : 'volumes'} ${names.join(', ')} of ${project}`;
    })
    .join(' and ');
}

/** Prefix of the names of a project's volumes on the engine, behind the id of the app. */
export function volumePrefix(project: string): string {
  return `${project}_`;
}

/** The volumes of a project that belong to it alone. */
export function volumesOf({ name: project, volumes }: Pick<Project, 'name' | 'volumes'>): readonly ProjectVolume[] {
  return Object.entries(volumes).flatMap(([name, volume]) => (isExternal(volume) ? [] : [{ project, name }]));
}

function isExternal(volume: unknown): boolean {
  return typeof volume === 'object' && volume !== null && 'external' in volume && volume.external !== false;
}
