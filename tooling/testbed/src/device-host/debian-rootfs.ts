import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { DeviceHostMissingError } from '../errors.ts';

/** The packages of a device host, besides those of every Debian system. */
const PACKAGES = [
  'avahi-daemon',
  'ca-certificates',
  'curl',
  'dbus',
  'iproute2',
  'iptables',
  'procps',
  'redsocks',
  'systemd',
  'systemd-sysv',
];

/** What {@link ensureDebianRootfs} needs installed. */
export const ROOTFS_PACKAGES: readonly string[] = ['mmdebstrap'];

/** Documentation and translations: half of the archive. */
const LEFT_OUT = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*'];

/** How the archive is made; another recipe is another archive. */
const RECIPE = [
  '--variant=essential',
  '--mode=root',
  '--quiet',
  `--include=${PACKAGES.join(',')}`,
  ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
  '--aptopt=Acquire::Languages "none"',
  // Each host makes itself an id at its first boot, and has a name of its own instead of the machine's.
  '--customize-hook=: >"$1/etc/machine-id"',
  '--customize-hook=echo device >"$1/etc/hostname"',
  '--customize-hook=rm "$1/etc/resolv.conf"',
];

const SOURCES_DIRECTORY = '/etc/apt/sources.list.d';

/**
 * Makes the root file system of device hosts from Debian packages, unless that was done before: about 30 seconds. Needs the
 * network, so it goes before the namespaces.
 */
export async function ensureDebianRootfs(onProgress: (message: string) => void): Promise<void> {
  const archive = archivePath();
  if (existsSync(archive)) return;
  onProgress('Making a Debian system for the device host');
  const directory = resolve(archive, '..');
  await mkdir(directory, { recursive: true });
  const unfinished = join(directory, `unfinished-${process.pid}.tar`);
  try {
    const commands = createCommandRunner(process.env);
    await commands.run('mmdebstrap', [...RECIPE, await codename(), unfinished, ...(await aptSources())]);
    await rename(unfinished, archive);
  } finally {
    await rm(unfinished, { force: true });
  }
  const others = (await readdir(directory)).map((name) => join(directory, name));
  await Promise.all(others.filter((path) => path !== archive).map((path) => rm(path, { force: true })));
}

/**
 * The archive that {@link ensureDebianRootfs} made, and a name for its content.
 * @throws {@link DeviceHostMissingError}
 */
export function debianRootfs(): { readonly archive: string; readonly key: string } {
  const archive = archivePath();
  if (!existsSync(archive)) throw new DeviceHostMissingError(archive);
  return { archive, key: recipeKey() };
}

function archivePath(): string {
  return resolve('.state/device-host', `debian-${recipeKey()}.tar`);
}

function recipeKey(): string {
  return createHash('sha256').update(JSON.stringify(RECIPE)).digest('hex').slice(0, 12);
}

/** The machine's own release of Debian, which its package sources are for. */
async function codename(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8');
  return /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'stable';
}

async function aptSources(): Promise<readonly string[]> {
  const files = existsSync(SOURCES_DIRECTORY) ? await readdir(SOURCES_DIRECTORY) : [];
  const debian = files.filter((name) => /^debian\.(?:sources|list)$/.test(name));
  const single = '/etc/apt/sources.list';
  return [...(existsSync(single) ? [single] : []), ...debian.map((name) => join(SOURCES_DIRECTORY, name))];
}
