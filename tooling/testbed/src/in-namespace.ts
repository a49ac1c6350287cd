/**
 * Runs a command in network, mount and process namespaces of its own, which take everything with them when it ends or
 * is killed:
 *
 *     node --conditions=@device-supervisor/source tooling/testbed/src/in-namespace.ts [--device-host] [--package name]… -- command…
 *
 * Installs the Debian packages of the test bed, and those named, before; with `--device-host` it also makes the system
 * that device hosts run. Ends with the command's exit code.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { formatError } from '@device-supervisor/errors';
import { ensureDebianRootfs, ROOTFS_PACKAGES } from './device-host/debian-rootfs.ts';
import { ensureDebianPackages, TESTBED_PACKAGES } from './ensure-debian-packages.ts';
import { runInNamespace } from './run-in-namespace.ts';

const { values, positionals } = parseArgs({
  options: {
    package: { type: 'string', multiple: true, default: [] },
    'device-host': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

try {
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const hostPackages = values['device-host'] ? ROOTFS_PACKAGES : [];
  await ensureDebianPackages([...TESTBED_PACKAGES, ...hostPackages, ...values.package], say);
  if (values['device-host']) await ensureDebianRootfs(say);
  process.exitCode = await runInNamespace(positionals, `testbed-${randomUUID().slice(0, 8)}`);
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
