import { createHash, randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Server, ServerCredentials, status, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import type { sendUnaryData, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { formatError } from '@device-supervisor/errors';
import type { RegistryAuth } from '@device-supervisor/device';
import type Docker from 'dockerode';
import {
  decodeCredentialsRequest,
  decodePacket,
  decodeSecretRequest,
  encodeCredentials,
  encodePacket,
  encodeSecret,
  encodeServing,
  type Packet,
} from './messages.ts';
import { sendFiles, type SentAmount, type SentFile } from './send-files.ts';

/** Name under which the engine asks for the files of the build context. */
export const CONTEXT = 'context';
/** Name under which it asks for the Dockerfile. */
export const DOCKERFILE = 'dockerfile';

/** The files of a folder. @param patterns paths that the engine wants, with everything below them; none: all */
export type FolderSource = (patterns: readonly string[]) => AsyncIterable<SentFile>;

export interface SessionContents {
  /** Folders that the engine may ask for, by the name under which it asks. */
  readonly folders: ReadonlyMap<string, FolderSource>;
  /** By id; never shown. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  /** The login of the developer for a registry; `null`: none. */
  login(registry: string): Promise<RegistryAuth | null>;
  /** Text that is the same for every build of this context: the engine keeps the files from one build to the next. */
  readonly contextKey: string;
  /** The files of the context have been sent; twice when the engine asks for them in parts. */
  onSent(amount: SentAmount): void;
}

/** A connection over which the engine asks for files and secrets while it builds. */
export interface BuildSession extends Disposable {
  readonly id: string;
}

/**
 * Opens a session for a BuildKit build.
 *
 * @returns `null` when the engine has no BuildKit
 */
export async function openBuildSession(engine: Docker, contents: SessionContents): Promise<BuildSession | null> {
  const id = randomUUID();
  const socket = await upgrade(engine, {
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'device-supervisor',
    'X-Docker-Expose-Session-Sharedkey': createHash('sha256').update(contents.contextKey).digest('hex'),
    'X-Docker-Expose-Session-Grpc-Method': Object.values(METHODS).map(({ path }) => path),
  });
  if (socket === null) return null;
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(METHODS, implementation(contents));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  injector.injectConnection(socket);
  return {
    id,
    [Symbol.dispose]() {
      server.forceShutdown();
      socket.destroy();
    },
  };
}

/** `null`: the engine does not know sessions. */
async function upgrade(engine: Docker, headers: Readonly<Record<string, string | string[]>>): Promise<Duplex | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex | null>();
  engine.modem.dial(
    {
      method: 'POST',
      path: '/session',
      hijack: true,
      headers: { Upgrade: 'h2c', ...headers },
      statusCodes: { 101: true },
    },
    (error: unknown, socket: unknown) => {
      if (error === null || error === undefined) resolve(isDuplex(socket) ? socket : null);
      else if (error instanceof Error && 'statusCode' in error && error.statusCode !== undefined) resolve(null);
      else reject(error instanceof Error ? error : new Error(formatError(error)));
    },
  );
  return await promise;
}

function isDuplex(socket: unknown): socket is Duplex {
  return typeof socket === 'object' && socket !== null && 'write' in socket && 'read' in socket;
}

const asIs = (bytes: Buffer): Buffer => bytes;
const RAW = {
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

/** The engine asks for these; it ends a session that does not answer the health check. */
const METHODS = {
  diffCopy: {
    path: '/moby.filesync.v1.FileSync/DiffCopy',
    requestStream: true,
    responseStream: true,
    requestSerialize: encodePacket,
    requestDeserialize: decodePacket,
    responseSerialize: encodePacket,
    responseDeserialize: decodePacket,
  },
  getSecret: { path: '/moby.buildkit.secrets.v1.Secrets/GetSecret', ...RAW },
  credentials: { path: '/moby.filesync.v1.Auth/Credentials', ...RAW },
  check: { path: '/grpc.health.v1.Health/Check', ...RAW },
} satisfies ServiceDefinition;

type Unary = [call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>];

function implementation({ folders, secrets, login, onSent }: SessionContents): UntypedServiceImplementation {
  return {
    diffCopy(call: ServerDuplexStream<Packet, Packet>) {
      const asked = String(call.metadata.get('dir-name')[0] ?? '');
      const folder = folders.get(asked);
      if (folder === undefined) {
        call.emit('error', { code: status.NOT_FOUND, details: `there is no folder ${asked}` });
        return;
      }
      const patterns = listOf(call, 'followpaths');
      sendFiles(folder(patterns), call).then(
        (amount) => {
          if (asked === CONTEXT && patterns.join('') !== '.dockerignore') onSent(amount);
        },
        (error: unknown) => call.emit('error', { code: status.INTERNAL, details: formatError(error) }),
      );
    },
    getSecret(...[{ request }, answer]: Unary) {
      const id = decodeSecretRequest(request);
      const secret = secrets.get(id);
      if (secret === undefined) answer({ code: status.NOT_FOUND, details: `there is no secret ${id}` });
      else answer(null, encodeSecret(secret));
    },
    credentials(...[{ request }, answer]: Unary) {
      login(decodeCredentialsRequest(request)).then(
        (auth) => answer(null, encodeCredentials(auth)),
        (error: unknown) => answer({ code: status.INTERNAL, details: formatError(error) }),
      );
    },
    check: (...[, answer]: Unary) => answer(null, encodeServing()),
  };
}

/** Values of a header; they are separated by commas, and encoded when they are not plain ASCII. */
function listOf({ metadata }: ServerDuplexStream<Packet, Packet>, name: string): string[] {
  const isEncoded = metadata.get(`${name}-encoded`)[0] === '1';
  const values = metadata.get(name).flatMap((value) => String(value).split(', '));
  return isEncoded ? values.map((value) => decodeURIComponent(value.replaceAll('+', ' '))) : values;
}
