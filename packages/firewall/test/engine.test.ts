import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { createFakeClock } from '@device-supervisor/device/testing';
import { busyboxImage, connectEngine, waitFor } from '@device-supervisor/testbed';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CHAIN, createFirewall } from '@device-supervisor/firewall';

const API = 48_484;
const APP = 8_080;

/** A host in the network of an interface of the device. */
const NEIGHBOUR = `neighbour-${process.pid}`;
const execute = promisify(execFile);
const engine = connectEngine(inject('engineEndpoint'));
const servers: Server[] = [];
const gateways = new Map<string, string>();
let image: string;

beforeAll(async () => {
  ({ reference: image } = await busyboxImage(inject('engineEndpoint'), { tag: 'firewall-client:1' }));
  for (const port of [API, APP]) {
    const server = createServer((socket) => socket.on('error', () => socket.destroy()).end('hello'));
    await once(server.listen(port, '0.0.0.0'), 'listening');
    servers.push(server);
  }
  for (const command of [
    `netns add ${NEIGHBOUR}`,
    `link add lan0 type veth peer lan0 netns ${NEIGHBOUR}`,
    'address add 198.18.0.1/24 dev lan0',
    'link set lan0 up',
    `-netns ${NEIGHBOUR} address add 198.18.0.2/24 dev lan0`,
    `-netns ${NEIGHBOUR} link set lan0 up`,
  ]) {
    await execute('ip', command.split(' '));
  }
  await createNetwork('supervisor0', { 'com.docker.network.bridge.name': 'supervisor0' });
  await createNetwork('firewall-app', {});
});
afterAll(async () => {
  for (const server of servers) server.close();
  for (const name of gateways.keys()) await engine.getNetwork(name).remove();
  await execute('ip', ['netns', 'delete', NEIGHBOUR]);
  // Other tests of this run have the same network.
  for (const tool of ['iptables-nft', 'ip6tables-nft']) {
    for (const change of ['-D INPUT -j', '-F', '-X']) await execute(tool, [...change.split(' '), CHAIN]);
  }
});

describe('containers of a real engine', () => {
  it.each(['on', 'off'] as const)('reach the API through supervisor0 alone (%s)', async (mode) => {
    await using firewall = createFirewall({ clock: createFakeClock(), variant: 'nft' });
    const situation = { localMode: false, apiPort: API, usesHostNetwork: false };
    expect(await firewall.apply(mode, situation)).toEqual([]);
    expect(await reaches('supervisor0', API)).toBe(true);
    expect(await reaches('firewall-app', API)).toBe(false);
    expect(await reaches('firewall-app', APP)).toBe(mode === 'off');
    await firewall.apply(mode, { ...situation, localMode: true });
    expect(await reaches('firewall-app', API)).toBe(true);
  });

  it('offer their published ports to others while the firewall is on', async () => {
    await using firewall = createFirewall({ clock: createFakeClock(), variant: 'nft' });
    await firewall.apply('on', { localMode: false, apiPort: API, usesHostNetwork: true });
    const server = await engine.createContainer({
      Image: image,
      Cmd: ['busybox', 'nc', '-ll', '-p', '80', '-e', 'echo', 'hello'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '8090' }] }, NetworkMode: 'firewall-app' },
    });
    try {
      await server.start();
      await waitFor('the published port to be open', () => neighbourReaches(8_090), { until: (open) => open });
      expect(await neighbourReaches(APP)).toBe(false);
    } finally {
      await server.remove({ force: true });
    }
  });
});

async function neighbourReaches(port: number): Promise<boolean> {
  const nc = ['netns', 'exec', NEIGHBOUR, 'busybox', 'nc', '-w', '5', '198.18.0.1', String(port)];
  const [result] = await Promise.allSettled([execute('ip', nc)]);
  return result.status === 'fulfilled';
}

async function createNetwork(name: string, options: Record<string, string>): Promise<void> {
  const network = await engine.createNetwork({ Name: name, Options: options });
  gateways.set(name, (await network.inspect()).IPAM?.Config?.[0]?.Gateway ?? '');
}

/** Whether a container in a network gets through to a port of the host, by the host's address in that network. */
async function reaches(network: string, port: number): Promise<boolean> {
  const client = await engine.createContainer({
    Image: image,
    // It says when it cannot connect; for what it hears it takes its time.
    Cmd: ['busybox', 'nc', '-w', '5', gateways.get(network) ?? '', String(port)],
    HostConfig: { NetworkMode: network },
  });
  try {
    await client.start();
    const { StatusCode }: { StatusCode: number } = await client.wait();
    return StatusCode === 0;
  } finally {
    await client.remove({ force: true });
  }
}
