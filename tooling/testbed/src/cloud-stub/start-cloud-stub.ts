import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { createSelfSigned, type SelfSigned } from '../registry-tokens.ts';
import type { RegistryAccess } from '../start-registry.ts';
import { deviceProxy } from './device-proxy.ts';
import { actOut, type CloudFault } from './faults.ts';
import { logRoutes } from './log-routes.ts';
import { provisioningRoutes } from './provisioning-routes.ts';
import { registryRoutes } from './registry-routes.ts';
import { requestKind, type RequestKind } from './request-kind.ts';
import { resourceRoutes } from './resource-routes.ts';
import { stateRoutes } from './state-routes.ts';
import type { Fleet, Release, ReleaseDescription, StubDevice } from './world.ts';
import { World } from './world.ts';

export interface CloudStubOptions {
  /** Serves over TLS with an untrusted certificate: this one, or one for a name or for `localhost`. */
  readonly tls?: { readonly host?: string } | SelfSigned;
  /** Does a provisioning key give a registered device another key, as on older servers? Default: no. */
  readonly exchangesKeys?: boolean;
}

/** A cloud on the loopback interface: the protocol that devices speak, and a person's side of it. Disposing of it ends it. */
export interface CloudStub extends AsyncDisposable {
  /** e.g. `http://127.0.0.1:8080`; the same after it was away. */
  readonly endpoint: string;
  /** PEM of its own certificate; `null`: without TLS. */
  readonly certificate: string | null;
  /** Key of a person who may do everything over HTTP. */
  readonly userKey: string;
  /** The account that pushes images to the registry. */
  readonly builder: { readonly username: string; readonly password: string };
  /** For `startRegistry`, whose users then are the cloud's devices and its builder. */
  registryAccess(): Promise<RegistryAccess>;
  /** The delta from an image to another is this image. */
  setDelta(source: string, destination: string, name: string): void;

  createFleet(options?: { name?: string; config?: Readonly<Record<string, string>> }): Fleet;
  /** The fleet's devices are to run it from now on, unless they are pinned. */
  createRelease(fleet: Fleet, description: ReleaseDescription): Release;
  createDevice(fleet: Fleet, options?: { uuid?: string; key?: string }): StubDevice;
  /** @returns `null`: there is none */
  device(uuid: string): StubDevice | null;
  /** In the order in which they came. */
  devices(): readonly StubDevice[];
  /** Changes what the device is to be, and tells it. */
  change(device: StubDevice, apply: (device: StubDevice) => void): void;
  /** Its key is refused no more than before, and it is not there. */
  deleteDevice(device: StubDevice): void;

  /** How often it was asked so far, for this or for anything. */
  count(kind?: RequestKind): number;
  /** Requests since the last look, in order. */
  take(): readonly CloudRequestRecord[];
  /** Requests that have no answer yet. */
  readonly open: number;
  /** Breaks the answers to requests of a kind, or to all of them, until it is healed. */
  breakWith(kind: RequestKind | 'all', fault: CloudFault): void;
  heal(): void;
  /** New TLS connections get this certificate. */
  present(identity: SelfSigned): void;
  /** Stops listening, and breaks connections. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

export interface CloudRequestRecord {
  readonly kind: RequestKind;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** On the wire, of the request and its answer; without what TLS adds. 0 until it is answered. */
  readonly bytes: number;
}

export async function startCloudStub(options: CloudStubOptions = {}): Promise<CloudStub> {
  const { tls, exchangesKeys = false } = options;
  const world = new World();
  const app = new Hono();
  provisioningRoutes(app, world, exchangesKeys);
  stateRoutes(app, world);
  resourceRoutes(app, world, { exchangesKeys });
  logRoutes(app, world);
  deviceProxy(app, world);
  const registry = registryRoutes(app, world);

  const faults = new Map<RequestKind | 'all', CloudFault>();
  const counts = new Map<RequestKind, number>();
  const records: CloudRequestRecord[] = [];
  const counted = new WeakMap<Socket, number>();
  // The tests of a run share a process: its Request and Response stay the platform's.
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  let open = 0;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url: path = '/' } = request;
    const kind = requestKind(method, path);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const record = { kind, method, path, at: Date.now(), bytes: 0 };
    records.push(record);
    open++;
    const { socket } = request;
    response.once('close', () => {
      open--;
      // A connection carries one request after the other.
      const total = socket.bytesRead + socket.bytesWritten;
      record.bytes = total - (counted.get(socket) ?? 0);
      counted.set(socket, total);
    });
    const fault = faults.get(kind) ?? faults.get('all');
    if (fault !== undefined && actOut(fault, request, response)) return;
    void answer(request, response);
  };
  let identity = tls === undefined ? null : 'key' in tls ? tls : await createSelfSigned(tls.host);
  const create = (): Server =>
    identity === null ? createServer(listener) : createTlsServer(contextOf(identity), listener);
  let server = create();
  const port = await listen(server, 0);
  const endpoint = `${identity === null ? 'http' : 'https'}://127.0.0.1:${port}`;

  return {
    endpoint,
    certificate: identity?.certificate ?? null,
    userKey: world.userKey,
    builder: registry.builder,
    registryAccess: () => registry.access(endpoint),
    setDelta: registry.setDelta,
    createFleet: (description = {}) => world.createFleet(description),
    createRelease: (fleet, description) => world.createRelease(fleet, description),
    createDevice: (fleet, description) => world.createDevice(fleet, description),
    device: (uuid) => world.devices.get(uuid) ?? null,
    devices: () => [...world.devices.values()],
    change(device, apply) {
      apply(device);
      world.notify(device);
    },
    deleteDevice: ({ uuid }) => void world.devices.delete(uuid),
    count: (kind) =>
      kind === undefined ? [...counts.values()].reduce((sum, each) => sum + each, 0) : (counts.get(kind) ?? 0),
    take: () => records.splice(0),
    get open() {
      return open;
    },
    breakWith: (kind, fault) => void faults.set(kind, fault),
    heal: () => faults.clear(),
    present(next) {
      identity = next;
      if (server instanceof TlsServer) server.setSecureContext(contextOf(next));
    },
    goAway: () => close(server),
    async comeBack() {
      server = create();
      await listen(server, port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

function contextOf({ key, certificate }: SelfSigned): { readonly key: string | Buffer; readonly cert: string } {
  return { key: key.export({ format: 'pem', type: 'pkcs8' }), cert: certificate };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
