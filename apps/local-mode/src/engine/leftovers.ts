import type Docker from 'dockerode';
import { LOCAL_APP_ID } from '@device-supervisor/compose-project';
import { LOCAL_APP_FILTER } from './observe-containers.ts';

/** The network on which services reach the supervisor's API. */
const SUPERVISOR_NETWORK = 'supervisor0';

/** Containers and networks of the local app that are on the engine, described for a person. */
export async function listLeftovers(engine: Docker): Promise<readonly string[]> {
  const [containers, networks] = await Promise.all([
    engine.listContainers({ all: true, filters: LOCAL_APP_FILTER }),
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

/**
 * Removes volumes of the local app.
 *
 * @param names as the project has them
 * @returns those that were there
 */
export async function removeVolumes(engine: Docker, names: readonly string[]): Promise<readonly string[]> {
  const removed = await Promise.all(
    names.map(async (name) => await ignoreRefusal(engine.getVolume(volumeName(name)).remove())),
  );
  return names.filter((_, index) => removed[index]);
}

/** Names, as the project has them, of those volumes that are on the engine. */
export async function presentVolumes(engine: Docker, names: readonly string[]): Promise<readonly string[]> {
  const { Volumes } = await engine.listVolumes();
  const present = new Set((Volumes ?? []).map(({ Name }) => Name));
  return names.filter((name) => present.has(volumeName(name)));
}

function volumeName(name: string): string {
  return `${LOCAL_APP_ID}_${name}`;
}

/** @returns false: it was not there, or the engine does not let go of it */
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
