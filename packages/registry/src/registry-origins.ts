import { BlockList, isIP } from 'node:net';

/** The engine's configuration of registries; its restrictions apply to us as well. */
export interface RegistryConfiguration {
  /** Hosts that may be reached without TLS, or with an untrusted certificate. */
  readonly insecureHosts: readonly string[];
  /** The same by address, e.g. `127.0.0.0/8`. */
  readonly insecureRanges: readonly string[];
  /** Asked instead of `docker.io`; e.g. `https://mirror.local/`. */
  readonly mirrors: readonly string[];
}

/** Where a registry may be asked. */
export interface Origin {
  /** e.g. `https://registry.local:5000`. */
  readonly url: string;
  readonly isInsecure: boolean;
  /** Whether the credentials for the registry may be used there. */
  readonly takesCredentials: boolean;
}

const DOCKER_HUB = 'docker.io';
/** Where the hub's images are; references name it by its other name. */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/** Where to ask a registry, in this order; the first that answers counts. */
export function originsOf(registry: string, configuration: RegistryConfiguration): Origin[] {
  if (registry === DOCKER_HUB) return hubOrigins(configuration);
  if (!isInsecure(registry, configuration)) {
    return [{ url: `https://${registry}`, isInsecure: false, takesCredentials: true }];
  }
  return ['https', 'http'].map((scheme) => ({
    url: `${scheme}://${registry}`,
    isInsecure: true,
    takesCredentials: true,
  }));
}

/** With mirrors, the hub itself is never asked: the network may block it. */
function hubOrigins({ mirrors, ...configuration }: RegistryConfiguration): Origin[] {
  if (mirrors.length === 0) return [{ url: `https://${DOCKER_HUB_HOST}`, isInsecure: false, takesCredentials: true }];
  return mirrors.map((mirror) => {
    const { host, protocol, origin, pathname } = new URL(mirror);
    return {
      url: `${origin}${pathname.replace(/\/$/, '')}`,
      isInsecure: protocol === 'http:' || isInsecure(host, configuration),
      takesCredentials: false,
    };
  });
}

function isInsecure(
  registry: string,
  { insecureHosts, insecureRanges }: Pick<RegistryConfiguration, 'insecureHosts' | 'insecureRanges'>,
): boolean {
  if (insecureHosts.includes(registry)) return true;
  const host = registry.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const address = host === 'localhost' ? '127.0.0.1' : host;
  const family = isIP(address);
  if (family === 0) return false;
  const ranges = new BlockList();
  for (const range of insecureRanges) {
    const [network = '', prefix = ''] = range.split('/');
    if (isIP(network) !== 0) ranges.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return ranges.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
