import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { PortTakenError } from '../errors.ts';

/**
 * Makes sure that a port can be listened on; 0 stands for any that can.
 *
 * @throws PortTakenError
 */
export async function freePort(port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen({ port });
    await once(server, 'listening');
  } catch (error) {
    throw new PortTakenError(port, error);
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return isAddress(address) ? address.port : port;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
