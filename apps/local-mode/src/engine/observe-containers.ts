import type Docker from 'dockerode';
import { isNameOfService } from '@device-supervisor/compose';
import { LOCAL_APP_ID } from '@device-supervisor/compose-project';

/** A container of the local app, as far as it is shown. */
export interface ObservedContainer {
  readonly service: string;
  readonly id: string;
  /** The engine's word: `created`, `running`, `restarting`, `exited`, `paused`, `dead`, `removing`. */
  readonly state: string;
  /** `null`: it has not ended. */
  readonly exitCode: number | null;
  /** Whether it has been up for a second or more. */
  readonly steady: boolean;
  /** Whether it has been up for ten seconds or more. */
  readonly lasting: boolean;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly ports: readonly PublishedPort[];
}

export interface PublishedPort {
  /** Address of this machine; `''`: all of them. */
  readonly address: string;
  readonly port: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** Labels of the containers and networks of the local app. */
export const LOCAL_APP_FILTER: { readonly label: string[] } = {
  label: ['io.balena.supervised', `io.balena.app-id=${LOCAL_APP_ID}`],
};

/** The newest container of each service of the local app; one question to the engine. Changes nothing there. */
export async function observeContainers(engine: Docker): Promise<ReadonlyMap<string, ObservedContainer>> {
  const containers = new Map<string, ObservedContainer>();
  for (const info of (await listContainers(engine)).toSorted((a, b) => b.Created - a.Created)) {
    const service = info.Labels['io.balena.service-name'];
    if (service !== undefined && !containers.has(service)) containers.set(service, describe(service, info));
  }
  return containers;
}

/** All containers of the local app. One of an image that was made from them (`docker commit`) has their labels only. */
export async function listContainers(engine: Docker): Promise<Docker.ContainerInfo[]> {
  const found = await engine.listContainers({ all: true, filters: LOCAL_APP_FILTER });
  return found.filter(({ Names, Labels }) => {
    const service = Labels['io.balena.service-name'] ?? '';
    return Names.some((name) => isNameOfService(name.replace(/^\//, ''), service));
  });
}

function describe(service: string, { Id, State, Status, Ports }: Docker.ContainerInfo): ObservedContainer {
  return { service, id: Id, state: State, ...parseStatus(Status), ports: publishedPorts(Ports ?? []) };
}

/** Reads the engine's description, e.g. `Up 2 minutes (healthy)`, `Exited (137) 5 seconds ago`, `Restarting (1) …`. */
export function parseStatus(status: string): Pick<ObservedContainer, 'exitCode' | 'health' | 'steady' | 'lasting'> {
  const exitCode = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(status)?.[1];
  const health = /\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(status)?.[1];
  return {
    steady: status.startsWith('Up ') && !status.startsWith('Up Less than a second'),
    lasting: status.startsWith('Up ') && !/^Up (Less than a|\d) second/.test(status),
    exitCode: exitCode === undefined ? null : Number(exitCode),
    health: health === 'starting' || health === 'healthy' || health === 'unhealthy' ? health : 'none',
  };
}

/** The engine names a port once for IPv4 and once for IPv6. */
function publishedPorts(ports: readonly Docker.Port[]): PublishedPort[] {
  const unique = new Map<string, PublishedPort>();
  for (const { IP = '', PublicPort, PrivatePort, Type } of ports) {
    if (PublicPort === undefined || PublicPort === 0) continue;
    const address = IP === '0.0.0.0' || IP === '::' ? '' : IP;
    unique.set(`${address} ${PublicPort}/${Type}`, {
      address,
      port: PublicPort,
      containerPort: PrivatePort,
      protocol: Type,
    });
  }
  return [...unique.values()].sort((a, b) => a.port - b.port);
}
