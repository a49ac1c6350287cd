import { createCommandRunner, installDebianPackages } from '@device-supervisor/local-engine';

/** What the test bed itself runs, and what tests of packages need: a real journal, vfat, proxies, procmail's `lockfile`. */
export const TESTBED_PACKAGES: readonly string[] = [
  'docker.io',
  'iptables',
  'iproute2',
  'busybox-static',
  'curl',
  'docker-registry',
  'dbus',
  'microsocks',
  'procmail',
  'redsocks',
  'systemd',
  'systemd-journal-remote',
  'tinyproxy',
  'dosfstools',
  'mtools',
  'user-mode-linux',
];

/**
 * Installs those of the packages that are missing, with apt-get. Needs the network, so it goes before the namespaces.
 * @throws {@link PackageInstallError}
 */
export async function ensureDebianPackages(
  packages: readonly string[],
  onProgress: (message: string) => void,
): Promise<void> {
  const commands = createCommandRunner(process.env);
  const listed = await commands.run('dpkg-query', ['--show', '--showformat', '${Package} ${db:Status-Status}\\n']);
  const installed = new Set(
    listed
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map(packageName),
  );
  const missing = packages.filter((name) => !installed.has(name));
  if (missing.length > 0) await installDebianPackages(missing, { commands, onProgress });
}

function packageName(line: string): string {
  return line.slice(0, line.indexOf(' '));
}
