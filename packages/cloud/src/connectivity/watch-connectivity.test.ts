import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { createFakeClock, type FakeClock } from '@device-supervisor/device/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchConnectivity, type Connectivity } from './watch-connectivity.ts';

let clock: FakeClock;
let server: Server;
let port: number;
let connections: number;
let said: string[];
let lost: number;
let isVpnUp: boolean;
let isEnabled: boolean;
let watch: Connectivity;

beforeEach(async () => {
  clock = createFakeClock();
  [connections, said, lost, isVpnUp, isEnabled, port] = [0, [], 0, false, true, 0];
  await open();
});
afterEach(async () => {
  await watch[Symbol.asyncDispose]();
  server.close();
});

async function open(): Promise<void> {
  server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.resume();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
}

async function start(): Promise<void> {
  watch = watchConnectivity({
    endpoint: `http://127.0.0.1:${port}`,
    clock,
    isEnabled: () => isEnabled,
    isVpnUp: async () => isVpnUp,
    onLost: () => lost++,
    say: (message) => void said.push(message),
  });
  await looked();
}

/** The next look is planned when one is over. */
async function looked(): Promise<void> {
  await expect.poll(() => clock.pending).toBe(1);
}

async function lookAgain(): Promise<void> {
  clock.advance(10_000);
  await looked();
}

describe('watchConnectivity', () => {
  it('looks every 10 s, and tells once that the cloud is lost and once that it is back', async () => {
    await start();
    expect([watch.isConnected, said]).toEqual([true, []]);
    server.close();
    await once(server, 'close');
    await lookAgain();
    await lookAgain();
    expect([watch.isConnected, lost, said]).toEqual([false, 2, ['The cloud cannot be reached; apps run on']]);
    await open();
    await lookAgain();
    expect([watch.isConnected, said.length]).toEqual([true, 2]);
  });

  it('takes the VPN for proof, and opens no connection then', async () => {
    isVpnUp = true;
    await start();
    expect([watch.isConnected, connections]).toEqual([true, 0]);
  });

  it('does not look where it is configured not to', async () => {
    isEnabled = false;
    await start();
    expect([watch.isConnected, connections, lost]).toEqual([null, 0, 0]);
  });
});
