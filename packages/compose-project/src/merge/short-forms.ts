/** Where a mount in its short form, `[SOURCE:]TARGET[:MODE]`, ends up in the container. */
export function targetOfMount(text: string): string {
  const [first = '', second] = text.split(':');
  return second ?? first;
}

export interface PortParts {
  readonly hostAddress: string;
  readonly published: string;
  readonly target: string;
  readonly protocol: string;
}

/** Splits a port in its short form, `[[ADDRESS:]PUBLISHED:]TARGET[/PROTOCOL]`; an IPv6 address may be in brackets. */
export function splitPort(text: string): PortParts {
  const [ports = '', protocol = 'tcp'] = text.split('/');
  const parts = /^(?:(?<hostAddress>\[.*\]|[^[\]]*):)?(?<published>[^:]*):(?<target>[^:]*)$/.exec(ports)?.groups;
  return {
    hostAddress: parts?.['hostAddress'] ?? '',
    published: parts?.['published'] ?? '',
    target: parts?.['target'] ?? ports,
    protocol,
  };
}
