/** The platform of an image, in the words of image indexes. */
export interface Platform {
  /** e.g. `linux`. */
  readonly os: string;
  /** e.g. `amd64`, `arm64`, `arm`. */
  readonly architecture: string;
  /** e.g. `v7` of `arm`; `''`: none. */
  readonly variant: string;
}

const ARCHITECTURES: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x86_64: ['amd64'],
  i386: ['386'],
  i686: ['386'],
  aarch64: ['arm64', 'v8'],
  armv7l: ['arm', 'v7'],
  armv6l: ['arm', 'v6'],
  armv5tel: ['arm', 'v5'],
};

/** @param machine as engines and `uname -m` name it, e.g. `armv7l` */
export function platformOf(os: string, machine: string): Platform {
  const [architecture, variant = ''] = ARCHITECTURES[machine] ?? [machine];
  return { os: os === '' ? 'linux' : os, architecture, variant };
}

/** The entry that an engine takes: of its architecture, and the newest variant that it can run. */
export function choosePlatform<Entry extends { readonly platform: Platform | null }>(
  entries: readonly Entry[],
  wanted: Platform,
): Entry | null {
  const candidates = entries.flatMap((entry) => {
    const { platform } = entry;
    const isOurs = platform?.os === wanted.os && platform.architecture === wanted.architecture;
    return isOurs && rankOf(platform) <= rankOf(wanted) ? [{ entry, rank: rankOf(platform) }] : [];
  });
  return candidates.sort((a, b) => b.rank - a.rank)[0]?.entry ?? null;
}

/** A platform without a variant is the first one of its architecture. */
function rankOf({ variant }: Platform): number {
  return variant === '' ? 1 : Number(variant.replace('v', ''));
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === '' ? [] : [variant])].join('/');
}
