import type { ContainerConfig, PublishedPort } from '@device-supervisor/compose';

/** First of the ports that engines pick from, as Linux does. */
const FIRST_FREE_PORT = 32768;
const EVERY_ADDRESS = ['0.0.0.0', '::'];

/**
 * The ports, of those that it exposes, that a container opens on the host, or the engine's words on why it cannot.
 *
 * @param taken those that other containers have open
 */
export function publishPorts(
  { portBindings, exposedPorts }: Pick<ContainerConfig, 'portBindings' | 'exposedPorts'>,
  taken: readonly PublishedPort[],
): PublishedPort[] | string {
  const published: PublishedPort[] = [];
  for (const { containerPort, hostIp, hostPort } of portBindings) {
    if (!exposedPorts.includes(containerPort)) continue;
    const used = [...taken, ...published];
    const addresses = hostIp === '' ? EVERY_ADDRESS : [hostIp];
    const port = hostPort === '' ? freePort(containerPort, used) : Number(hostPort);
    const conflict = addresses.find((address) =>
      used.some((one) => collide(one, { containerPort, hostIp: address, hostPort: port })),
    );
    if (conflict !== undefined) return `Bind for ${conflict}:${port} failed: port is already allocated`;
    published.push(...addresses.map((address) => ({ containerPort, hostIp: address, hostPort: port })));
  }
  return published;
}

function freePort(containerPort: string, used: readonly PublishedPort[]): number {
  for (let port = FIRST_FREE_PORT; ; port++) {
    if (!used.some((one) => one.hostPort === port && protocolOf(one) === protocolOf({ containerPort }))) return port;
  }
}

function collide(a: PublishedPort, b: PublishedPort): boolean {
  if (a.hostPort !== b.hostPort || protocolOf(a) !== protocolOf(b)) return false;
  const isV6 = (address: string): boolean => address.includes(':');
  if (isV6(a.hostIp) !== isV6(b.hostIp)) return false;
  return a.hostIp === b.hostIp || [a, b].some(({ hostIp }) => EVERY_ADDRESS.includes(hostIp));
}

function protocolOf({ containerPort }: Pick<PublishedPort, 'containerPort'>): string {
  return containerPort.split('/')[1] ?? 'tcp';
}
