import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCommandRunner, runtimeWrapper } from '@device-supervisor/local-engine';
import type { DeviceHost } from './device-host.ts';

/** Debian's container engine, and the libraries of it that a device host lacks. */
const PACKAGES = ['docker.io', 'containerd', 'runc', 'libdevmapper1.02.1', 'libseccomp2'];

const NEEDED = /\/s?bin\/[^/]+$|\.so[.\d]*$|\/systemd\/system\/[^/]+\.(?:service|socket)$/;

/** A container may raise no limits. */
const WITHOUT_LIMITS = '[Service]\nLimitNOFILE=\nLimitNPROC=\nLimitCORE=\n';

/**
 * The parts of this machine that a device host needs for an engine of its own: the installed files of one, and a place
 * for its images that is no overlay.
 *
 * @param directory of the host on this side
 * @returns mounts of the host, `source:target`
 */
export async function hostEngineMounts(directory: string): Promise<string[]> {
  const [storage, programs] = [join(directory, 'docker'), join(directory, 'programs')];
  for (const path of [storage, programs]) await mkdir(path);
  const listed = await createCommandRunner(process.env).run('dpkg-query', ['--listfiles', ...PACKAGES]);
  const paths = [...new Set(listed.split('\n'))].filter((path) => NEEDED.test(path));
  const files = await Promise.all(paths.map(async (path) => ((await stat(path)).isFile() ? [path] : [])));
  const mounts = files.flat().map((path) => `${path}:${path}:ro`);
  const wrapper = await runtimeWrapper('/usr/sbin/runc');
  if (wrapper !== null) {
    await writeFile(join(programs, 'runc'), wrapper, { mode: 0o755 });
    mounts.push(`${programs}/runc:/usr/local/sbin/runc:ro`);
  }
  return [...mounts, `${storage}:/var/lib/docker`];
}

/** Starts the engine as Debian's package does after its installation, and at each boot from then on. */
export async function enableHostEngine(exec: DeviceHost['exec']): Promise<void> {
  for (const unit of ['docker.service', 'containerd.service']) {
    await exec(`mkdir -p /etc/systemd/system/${unit}.d`);
    await exec(`printf '${WITHOUT_LIMITS}' > /etc/systemd/system/${unit}.d/limits.conf`);
  }
  await exec('groupadd --system docker && systemctl daemon-reload');
  await exec('systemctl enable --now containerd.service docker.socket docker.service');
}
