import type { PortBinding } from '../container-config.ts';
import { readAddress } from './addresses.ts';
import { FieldError } from './field-error.ts';

/** The long form of a port in a compose file. */
export interface PortObject {
  readonly target: number;
  readonly published?: number | string | undefined;
  readonly host_ip?: string | undefined;
  readonly protocol?: string | undefined;
}

type Port = string | number | PortObject;

interface PortRange {
  readonly first: number;
  readonly last: number;
}

const PROTOCOLS = ['tcp', 'udp', 'sctp'];

/**
 * Bindings of one compose port: `80:8080/udp`, `127.0.0.1:80-81:8080-8081`, `[::1]:80:80`, or the long form. A short port
 * that names no host port (`8080`) is published on the same port of the host (ADR 12); the long form, and an empty host
 * port (`127.0.0.1::8080`), get a free port.
 */
export function parsePort(port: Port): PortBinding[] {
  if (typeof port === 'object') {
    const container = parseRange(String(port.target), port);
    const host =
      port.published === undefined || port.published === '' ? null : parseRange(String(port.published), port);
    return bind({ container, host, hostIp: port.host_ip ?? '', protocol: port.protocol ?? 'tcp' }, port);
  }
  const text = String(port).trim();
  const match = /^(?:(?:(\[[^\]]+\]|[^:[\]]*):)?([\d-]*):)?([\d-]+)(?:\/(\w+))?$/.exec(text);
  if (match === null) throw notAPort(port);
  const [, hostIp = '', host, containerText = '', protocol = 'tcp'] = match;
  const container = parseRange(containerText, port);
  return bind(
    {
      container,
      host: host === undefined ? container : host === '' ? null : parseRange(host, port),
      hostIp: hostIp.replace(/^\[(.*)\]$/, '$1'),
      protocol: protocol.toLowerCase(),
    },
    port,
  );
}

/** Container ports of one compose `expose` entry: `80`, `53/udp`, `8000-8010`. */
export function parseExposed(text: string): string[] {
  if (text.includes(':')) throw new FieldError(`'${text}' is not a port of the container; write e.g. 80 or 53/udp`);
  return parsePort(text).map(({ containerPort }) => containerPort);
}

function bind(
  {
    container,
    host,
    hostIp,
    protocol,
  }: { container: PortRange; host: PortRange | null; hostIp: string; protocol: string },
  port: Port,
): PortBinding[] {
  if (!PROTOCOLS.includes(protocol))
    throw new FieldError(`protocol '${protocol}' is not one of ${PROTOCOLS.join(', ')}`);
  readAddress(hostIp);
  const count = container.last - container.first + 1;
  if (host !== null && host.last - host.first + 1 !== count) {
    // A range of host ports for one container port: the engine takes a free one of them.
    if (count !== 1) throw new FieldError(`${show(port)} has ranges of different lengths`);
    return [{ containerPort: `${container.first}/${protocol}`, hostIp, hostPort: `${host.first}-${host.last}` }];
  }
  return Array.from({ length: count }, (_, index) => ({
    containerPort: `${container.first + index}/${protocol}`,
    hostIp,
    hostPort: host === null ? '' : String(host.first + index),
  }));
}

function parseRange(text: string, port: Port): PortRange {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) throw notAPort(port);
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (first > last || last > 65_535 || first < 1) throw notAPort(port);
  return { first, last };
}

function notAPort(port: Port): FieldError {
  return new FieldError(`${show(port)} is not a port; write e.g. 80, 8080:80 or 127.0.0.1:8080:80/udp`);
}

function show(port: Port): string {
  return typeof port === 'object' ? JSON.stringify(port) : `'${port}'`;
}
