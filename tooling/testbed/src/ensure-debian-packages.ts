import { createCommandRunner, installDebianPackages } from '@device-supervisor/local-engine';

/**
 * Packages of the test bed itself, and of tests: a real journal, vfat, proxies, procmail's `lockfile`.
 * Packages of programs alone, which change nothing about how the machine starts: `tinyproxy` instead of `tinyproxy-bin`
 * would bring logrotate, and that `systemd-sysv`. Programs that need a whole system are in the image of the device host.
 */
export const TESTBED_PACKAGES: readonly string[] = [
  'docker.io',
  'docker-compose',
  'iptables',
  'iproute2',
  'busybox-static',
  'chromium',
  'curl',
  'docker-registry',
  'dbus-daemon',
  'libfaketime',
  'microsocks',
  'procmail',
  'prometheus',
  'redsocks',
  'systemd-journal-remote',
  'tinyproxy-bin',
  'dosfstools',
  'mtools',
  'user-mode-linux',
  'gcc',
  'libc6-dev',
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
  if (missing.length === 0) return;
  onProgress(`The system tests need Debian packages that this machine lacks; installing ${missing.join(', ')}`);
  await installDebianPackages(missing, { commands, onProgress });
}

function packageName(line: string): string {
  return line.slice(0, line.indexOf(' '));
}
