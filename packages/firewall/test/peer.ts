/**
 * A host on a test network: `node peer.ts`, run inside a network namespace. Takes one {@link PeerRequest} a line on
 * standard input, and answers each with one line on standard output. It ends with its standard input.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, isIPv6, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { PeerRequest, Reached } from './network.ts';

/** Milliseconds to wait for an answer. */
const PATIENCE = 10_000;
const held = new Map<string, Socket>();

for await (const line of createInterface({ input: process.stdin })) {
  const request: PeerRequest = JSON.parse(line);
  process.stdout.write(`${await answer(request)}\n`);
}
process.exit();

async function answer(request: PeerRequest): Promise<Reached | 'ready'> {
  switch (request.do) {
    case 'serve':
      await Promise.all([...request.tcp.map(serveTcp), ...request.udp.map((port) => serveUdp(port, request.groups))]);
      return 'ready';
    case 'tcp': {
      const socket = connect({ host: request.host, port: request.port });
      if (request.hold !== undefined) held.set(request.hold, socket);
      return echoed(socket).finally(() => request.hold === undefined && socket.destroy());
    }
    case 'again': {
      const socket = held.get(request.hold);
      return socket === undefined ? 'refused' : echoed(socket);
    }
    case 'udp':
      return askByUdp(request);
  }
}

/** Whatever comes goes back. */
async function serveTcp(port: number): Promise<void> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
  await once(server.listen(port, '::'), 'listening');
}

async function serveUdp(port: number, groups: readonly Group[]): Promise<void> {
  for (const type of ['udp4', 'udp6'] as const) {
    const socket = type === 'udp4' ? createSocket(type) : createSocket({ type, ipv6Only: true });
    socket.on('message', (message, from) => socket.send(message, from.port, from.address));
    await bound(socket, port);
    for (const { group, through } of groups) {
      if (isIPv6(group) === (type === 'udp6')) socket.addMembership(group, through);
    }
  }
}

type Group = Extract<PeerRequest, { do: 'serve' }>['groups'][number];

async function bound(socket: DatagramSocket, port: number): Promise<void> {
  socket.bind(port);
  await once(socket, 'listening');
}

async function echoed(socket: Socket): Promise<Reached> {
  socket.write('hello');
  return outcome(once(socket, 'data'));
}

async function askByUdp({ host, port, through }: Extract<PeerRequest, { do: 'udp' }>): Promise<Reached> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    await bound(socket, 0);
    const answered = once(socket, 'message');
    if (through === undefined) {
      // Only a connected socket receives the refusal.
      socket.connect(port, host);
      await once(socket, 'connect');
      socket.send('hello');
    } else {
      socket.setMulticastInterface(through);
      socket.send('hello', port, host);
    }
    return await outcome(answered);
  } finally {
    socket.close();
  }
}

async function outcome(answered: Promise<unknown>): Promise<Reached> {
  const silence = Promise.withResolvers<Reached>();
  const timer = setTimeout(() => silence.resolve('no answer'), PATIENCE);
  try {
    return await Promise.race([answered.then((): Reached => 'open'), silence.promise]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return 'refused';
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
