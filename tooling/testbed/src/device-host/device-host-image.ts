import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { readProgress } from '../read-progress.ts';
import { debianRootfs } from './debian-rootfs.ts';

/** The files of a device host besides Debian's packages: those of this directory, at the same paths. */
const FILES = resolve(import.meta.dirname, '../../device-host');

const IMAGE = 'device-host:latest';

/** The units that start at boot. */
const ENABLED = [
  'balena-hostname.service',
  'balena-proxy-config.service',
  'config-json.path',
  'openvpn.service',
  'redsocks.service',
];

/** The units that cannot work in a container. */
const MASKED = [
  'console-getty.service',
  'getty.target',
  'systemd-remount-fs.service',
  'systemd-resolved.service',
  'systemd-sysctl.service',
  'systemd-timesyncd.service',
  'systemd-udevd.service',
  'systemd-udev-trigger.service',
];

/**
 * Puts the image of device hosts on an engine, and returns its reference. Only the first time on an engine takes seconds.
 * @throws {@link DeviceHostMissingError}
 */
export async function deviceHostImage(engine: Docker): Promise<string> {
  const base = await importDebian(engine);
  const context = await buildContext(base);
  const stream = await engine.buildImage(context, { t: IMAGE, networkmode: 'none', rm: true, forcerm: true });
  await readProgress(stream, { operation: 'build', image: IMAGE });
  return IMAGE;
}

async function importDebian(engine: Docker): Promise<string> {
  const { archive, key } = debianRootfs();
  const [repository, tag] = ['device-host-debian', key];
  const present = await engine.listImages({ filters: { reference: [`${repository}:${tag}`] } });
  if (present.length === 0) {
    await text(await engine.importImage(archive, { fromSrc: '-', repo: repository, tag }));
  }
  return `${repository}:${tag}`;
}

async function buildContext(base: string): Promise<Readable> {
  const archive = pack();
  archive.entry({ name: 'Dockerfile', mtime: MTIME }, dockerfile(base));
  const entries = await readdir(FILES, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = ((await stat(path)).mode & 0o100) !== 0;
    const name = join('files', relative(FILES, path));
    archive.entry({ name, mode: executable ? 0o755 : 0o644, mtime: MTIME }, await readFile(path));
  }
  archive.finalize();
  return Readable.from(archive);
}

/** A time for every file, so that the engine's build cache knows them again. */
const MTIME = new Date(0);

function dockerfile(base: string): string {
  return [
    `FROM ${base}`,
    'COPY files/ /',
    `RUN systemctl enable ${ENABLED.join(' ')} && systemctl mask ${MASKED.join(' ')} && mkdir -p /var/log/journal`,
    'STOPSIGNAL SIGRTMIN+3',
    'ENTRYPOINT ["/usr/local/sbin/boot"]',
    '',
  ].join('\n');
}
