import type { ServiceInput } from './compose-input.ts';

/**
 * Where a service means something else on a device than with docker compose: a remark each. Deployed apps rely on the
 * device's meaning, so local mode has it as well (docs/adr/0012).
 */
export function deviceDifferences(name: string, input: ServiceInput): string[] {
  const remarks: string[] = [];
  const ports: unknown = input['ports'];
  for (const port of Array.isArray(ports) ? ports.filter(hasNoHostPort) : []) {
    const own = String(port).replace(/\/\w+$/, '');
    remarks.push(
      `${name}: port ${own} is published on port ${own} of the host, as on a device; ` +
        `docker compose would choose a free port. Write {target: ${own}} for that`,
    );
  }
  const { entrypoint, command } = input;
  const hasEntrypoint = Array.isArray(entrypoint) ? entrypoint.length > 0 : typeof entrypoint === 'string';
  if (hasEntrypoint && (command === undefined || command === null)) {
    remarks.push(
      `${name}: the entrypoint gets the CMD of the image as arguments, as on a device; ` +
        'docker compose would drop them. Write command: [] for that',
    );
  }
  return remarks;
}

function hasNoHostPort(port: unknown): boolean {
  return typeof port === 'number' || (typeof port === 'string' && /^[\d-]+(?:\/\w+)?$/.test(port.trim()));
}
