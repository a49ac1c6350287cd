import type { ServiceInput } from './compose-input.ts';
import type { ServiceContext } from './service-context.ts';

/**
 * Where a service means something else on a device than with docker compose: a remark each. Deployed apps rely on the
 * device's meaning, so local mode has it as well (docs/adr/0012).
 */
export function remarkDifferences(name: string, input: ServiceInput, { remark }: Pick<ServiceContext, 'remark'>): void {
  const ports: unknown = input['ports'];
  for (const port of Array.isArray(ports) ? ports.filter(hasNoHostPort) : []) {
    const own = String(port).replace(/\/\w+$/, '');
    remark(
      'these ports are published on the same port of the host, as on a device; docker compose would choose a free one, ' +
        'which {target: PORT} asks for',
      `${name} ${own}`,
    );
  }
  const { entrypoint, command } = input;
  const hasEntrypoint = Array.isArray(entrypoint) ? entrypoint.length > 0 : typeof entrypoint === 'string';
  if (hasEntrypoint && (command === undefined || command === null)) {
    remark(
      'these services pass the CMD of the image to their entrypoint, as on a device; docker compose would drop it, which ' +
        'command: [] asks for',
      name,
    );
  }
}

function hasNoHostPort(port: unknown): boolean {
  return typeof port === 'number' || (typeof port === 'string' && /^[\d-]+(?:\/\w+)?$/.test(port.trim()));
}
