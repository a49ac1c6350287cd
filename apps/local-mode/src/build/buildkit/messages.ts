import type { RegistryAuth } from '@device-supervisor/device';
import { PbfReader, PbfWriter } from 'pbf';

/*
 * The protobuf messages of a build session, as the .proto files of moby/buildkit (session/filesync, session/auth,
 * session/secrets) and tonistiigi/fsutil (types) define them: the fields that this program uses.
 */

/** A file, folder or link, as the engine takes it. */
export interface FileStat {
  readonly path: string;
  /** Bits of Go's `os.FileMode`. */
  readonly mode: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Target of a link; `''`: it is none. */
  readonly linkName: string;
}

/** A message of the file transfer, in either direction. */
export type Packet =
  /** `null`: there are no more files. The first file has the id 0, the next one 1. */
  | { readonly type: 'stat'; readonly stat: FileStat | null }
  | { readonly type: 'request'; readonly id: number }
  /** Empty data: the file ends. */
  | { readonly type: 'data'; readonly id: number; readonly data: Uint8Array }
  | { readonly type: 'finish' }
  | { readonly type: 'error'; readonly message: string };

const PACKET_TYPES = ['stat', 'request', 'data', 'finish', 'error'] as const;

export function encodePacket(packet: Packet): Buffer {
  const writer = new PbfWriter();
  writer.writeVarintField(1, PACKET_TYPES.indexOf(packet.type));
  if (packet.type === 'stat' && packet.stat !== null) writer.writeMessage(2, writeStat, packet.stat);
  if (packet.type === 'data' || packet.type === 'request') writer.writeVarintField(3, packet.id);
  if (packet.type === 'data') writer.writeBytesField(4, packet.data);
  if (packet.type === 'error') writer.writeBytesField(4, Buffer.from(packet.message));
  return Buffer.from(writer.finish());
}

function writeStat({ path, mode, size, modified, linkName }: FileStat, writer: PbfWriter): void {
  writer.writeStringField(1, path);
  writer.writeVarintField(2, mode);
  writer.writeVarintField(5, size);
  writer.writeVarintField(6, Math.trunc(modified) * 1e6);
  if (linkName !== '') writer.writeStringField(7, linkName);
}

export function decodePacket(bytes: Uint8Array): Packet {
  const fields: { type: number; id: number; data: Uint8Array; stat: FileStat | null } = {
    type: 0,
    id: 0,
    data: new Uint8Array(),
    stat: null,
  };
  new PbfReader(bytes).readFields((tag, read, reader) => {
    if (tag === 1) read.type = reader.readVarint();
    else if (tag === 2) read.stat = readStat(reader);
    else if (tag === 3) read.id = reader.readVarint();
    else if (tag === 4) read.data = reader.readBytes();
  }, fields);
  const { id, data, stat } = fields;
  switch (PACKET_TYPES[fields.type]) {
    case 'stat':
      return { type: 'stat', stat };
    case 'request':
      return { type: 'request', id };
    case 'data':
      return { type: 'data', id, data };
    case 'finish':
      return { type: 'finish' };
    default:
      return { type: 'error', message: Buffer.from(data).toString() };
  }
}

function readStat(reader: PbfReader): FileStat {
  const stat = { path: '', mode: 0, size: 0, modified: 0, linkName: '' };
  return reader.readMessage((tag, read, fields) => {
    if (tag === 1) read.path = fields.readString();
    else if (tag === 2) read.mode = fields.readVarint();
    else if (tag === 5) read.size = fields.readVarint();
    else if (tag === 6) read.modified = fields.readVarint() / 1e6;
    else if (tag === 7) read.linkName = fields.readString();
  }, stat);
}

/** The id of the secret in `GetSecretRequest`. */
export function decodeSecretRequest(bytes: Uint8Array): string {
  return firstText(bytes);
}

/** The registry in `CredentialsRequest`, e.g. `registry.local:5000`. */
export function decodeCredentialsRequest(bytes: Uint8Array): string {
  return firstText(bytes);
}

/** The message's first field. */
function firstText(bytes: Uint8Array): string {
  return new PbfReader(bytes).readFields(
    (tag, read, reader) => {
      if (tag === 1) read.text = reader.readString();
    },
    { text: '' },
  ).text;
}

/** `CredentialsResponse`; an empty one is an anonymous user. A token that is no identity token has no place in it. */
export function encodeCredentials(auth: RegistryAuth | null): Buffer {
  const writer = new PbfWriter();
  if (auth !== null && 'password' in auth) {
    writer.writeStringField(1, auth.username);
    writer.writeStringField(2, auth.password);
  } else if (auth !== null && 'identityToken' in auth) writer.writeStringField(2, auth.identityToken);
  return Buffer.from(writer.finish());
}

/** `GetSecretResponse`. */
export function encodeSecret(content: Uint8Array): Buffer {
  const writer = new PbfWriter();
  writer.writeBytesField(1, content);
  return Buffer.from(writer.finish());
}

/** `grpc.health.v1.HealthCheckResponse`: serving. */
export function encodeServing(): Buffer {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 1);
  return Buffer.from(writer.finish());
}
