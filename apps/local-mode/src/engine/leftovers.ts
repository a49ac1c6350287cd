import type Docker from 'dockerode';
import { LOCAL_APP_ID } from '@device-supervisor/compose-project';
import { volumePrefix, type ProjectVolume } from '../session/project-volumes.ts';
import { listContainers, LOCAL_APP_FILTER } from './observe-containers.ts';

/** The network on which services reach the supervisor's API. */
const SUPERVISOR_NETWORK = 'supervisor0';

/** Containers and networks of the local app that are on the engine, described for a person. */
export async function listLeftovers(engine: Docker): Promise<readonly string[]> {
  const [containers, networks] = await Promise.all([
    listContainers(engine),
    engine.listNetworks({ filters: LOCAL_APP_FILTER }),
  ]);
  return [
    ...containers.map(({ Labels, Id }) => `container ${Labels['io.balena.service-name'] ?? ''} (${Id.slice(0, 12)})`),
    ...networks.map(({ Name }) => `network ${Name}`),
  ];
}

export async function hasSupervisorNetwork(engine: Docker): Promise<boolean> {
  const networks = await engine.listNetworks({ filters: { name: [SUPERVISOR_NETWORK] } });
  return networks.some(({ Name }) => Name === SUPERVISOR_NETWORK);
}

/** Removes the supervisor's network, unless containers that are not ours are on it. */
export async function removeSupervisorNetwork(engine: Docker): Promise<void> {
  await ignoreRefusal(engine.getNetwork(SUPERVISOR_NETWORK).remove());
}

/** Removes volumes of projects. @returns those that existed */
export async function removeVolumes(
  engine: Docker,
  volumes: readonly ProjectVolume[],
): Promise<readonly ProjectVolume[]> {
  const removed = await Promise.all(
    volumes.map(async (volume) => await ignoreRefusal(engine.getVolume(engineName(volume)).remove())),
  );
  return volumes.filter((_, index) => removed[index]);
}

/** Removes volumes of the local app by the names in its target. @returns those that existed */
export async function removeAppVolumes(engine: Docker, names: readonly string[]): Promise<readonly string[]> {
  const removed = await Promise.all(
    names.map(async (name) => await ignoreRefusal(engine.getVolume(`${LOCAL_APP_ID}_${name}`).remove())),
  );
  return names.filter((_, index) => removed[index]);
}

/** The volumes of projects that are on the engine. */
export async function presentVolumes(
  engine: Docker,
  volumes: readonly ProjectVolume[],
): Promise<readonly ProjectVolume[]> {
  const { Volumes } = await engine.listVolumes();
  const present = new Set((Volumes ?? []).map(({ Name }) => Name));
  return volumes.filter((volume) => present.has(engineName(volume)));
}

function engineName({ project, name }: ProjectVolume): string {
  return `${LOCAL_APP_ID}_${volumePrefix(project)}${name}`;
}

/** @returns false: it did not exist, or the engine refused because it is in use */
async function ignoreRefusal(removal: Promise<unknown>): Promise<boolean> {
  try {
    await removal;
    return true;
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
    if (status === 404 || status === 403 || status === 409) return false;
    throw error;
  }
}
