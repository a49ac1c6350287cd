/** Architectures by their names in OCI images; `arm` is armv7. */
export const ARCHITECTURES = ['amd64', 'arm64', 'arm'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export interface ArchitectureNames {
  readonly node: string;
  readonly debian: string;
  readonly triplet: string;
  /** Whether npm has Node.js and better-sqlite3's addon for it; what it has not must be given. */
  readonly isOnNpm: boolean;
  readonly variant?: string;
}

/** Names of an architecture elsewhere. */
export const NAMES: Readonly<Record<Architecture, ArchitectureNames>> = {
  amd64: { node: 'x64', debian: 'amd64', triplet: 'x86_64-linux-gnu', isOnNpm: true },
  arm64: { node: 'arm64', debian: 'arm64', triplet: 'aarch64-linux-gnu', isOnNpm: true },
  arm: { node: 'arm', debian: 'armhf', triplet: 'arm-linux-gnueabihf', isOnNpm: false, variant: 'v7' },
};

/**
 * Debian packages, and the programs of them that the image has. Of a package without programs it has the shared
 * libraries. Of the rest it has the copyright file alone.
 */
export const DEBIAN_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // Node.js and its addon.
  libc6: [],
  'libgcc-s1': [],
  'libstdc++6': [],
  // The firewall, with both packet filters of the kernel.
  iptables: ['usr/sbin/xtables-nft-multi', 'usr/sbin/xtables-legacy-multi'],
  libip4tc2: [],
  libip6tc2: [],
  libmnl0: [],
  libnftnl11: [],
  libxtables12: [],
  // The journal of the host, and its service manager.
  systemd: ['usr/bin/journalctl', 'usr/bin/systemd-notify'],
  'libsystemd-shared': [],
  libacl1: [],
  libaudit1: [],
  'libcap-ng0': [],
  libcap2: [],
  libcrypt1: [],
  libgcrypt20: [],
  'libgpg-error0': [],
  'liblz4-1': [],
  liblzma5: [],
  libpam0g: [],
  libseccomp2: [],
  libssl3: [],
  libzstd1: [],
  // Partitions: finding them by label, mounting them, and those that are encrypted.
  mount: ['usr/bin/mount', 'usr/bin/umount'],
  'util-linux': ['usr/bin/lsblk'],
  dmsetup: ['usr/sbin/dmsetup'],
  libblkid1: [],
  'libdevmapper1.02.1': [],
  libmount1: [],
  'libpcre2-8-0': [],
  libselinux1: [],
  libsmartcols1: [],
  libudev1: [],
  libuuid1: [],
  // Modules of the kernel.
  kmod: ['usr/bin/kmod'],
  libkmod2: [],
  // Authorities that sign certificates.
  'ca-certificates': [],
};

/** Shared libraries that nothing in the image loads. */
export const UNUSED_LIBRARIES = /\/(?:gconv|audit|security|cryptsetup|systemd\/(?!libsystemd-shared))/;

/** Symbolic links, by path. */
export const LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
  sbin: 'usr/sbin',
  'var/run': '../run',
  'usr/sbin/modprobe': '../bin/kmod',
  ...iptablesNames(),
};

/** Mount points, and directories that programs write to. */
export const DIRECTORIES: readonly string[] = [
  'data',
  'dev',
  'mnt/boot',
  'mnt/data',
  'mnt/root',
  'mnt/state',
  'proc',
  'run/log',
  'run/lock',
  'sys',
  'tmp',
  'var/log',
  'var/tmp',
];

/** Files with a text of our own. */
export const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** Where the supervisor is. */
export const PROGRAM_FOLDER = 'usr/lib/supervisor';
export const NODE = 'usr/bin/node';
/** The command line, for `docker exec supervisor devicectl status`. */
export const DEVICECTL = 'usr/bin/devicectl';
/** How the program starts. Before its first line runs, its share of the memory is decided: measured, 6 MB less resident. */
export const PROGRAM = [`/${NODE}`, '--max-semi-space-size=1', `/${PROGRAM_FOLDER}/main.cjs`] as const;

/**
 * The C library gives back what was freed, and does not keep it for each thread: measured, 4 MB less at rest, and 35 MB less
 * at a target of 10 MB. Pieces of a body, 64 KB each, and those in which compilers work, 8 to 32 KB each, are mapped one by
 * one: after 100,000 reads 5 MB less are held than with 64 KB as the least.
 */
export const ALLOCATOR = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '8192',
  MALLOC_TRIM_THRESHOLD_: '65536',
} as const;

export const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin',
  NODE_ENV: 'production',
  // The host's, seen through its root file system.
  DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/mnt/root/run/dbus/system_bus_socket',
  ...ALLOCATOR,
} as const;

/** How containers of the image run. */
export const RUN = {
  environment: ENVIRONMENT,
  entrypoint: PROGRAM,
  command: ['boot'],
  /** Seconds. */
  healthCheck: { command: [...PROGRAM, 'health-check'], interval: 300, timeout: 15, startPeriod: 60, retries: 3 },
  stopSignal: 'SIGTERM',
} as const;

export const LABELS = {
  'org.opencontainers.image.title': 'device-supervisor',
  'org.opencontainers.image.description': "Keeps a device's containers at their target state",
  'org.opencontainers.image.licenses': 'Apache-2.0',
} as const;

/** `iptables` itself is the newer packet filter; the older one has names of its own. */
function iptablesNames(): Record<string, string> {
  const names: Record<string, string> = {};
  for (const family of ['iptables', 'ip6tables']) {
    for (const action of ['', '-restore', '-save']) {
      names[`usr/sbin/${family}${action}`] = 'xtables-nft-multi';
      names[`usr/sbin/${family}-nft${action}`] = 'xtables-nft-multi';
      names[`usr/sbin/${family}-legacy${action}`] = 'xtables-legacy-multi';
    }
  }
  return names;
}
