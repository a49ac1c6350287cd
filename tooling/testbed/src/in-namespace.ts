/**
 * Runs a command in network, mount and process namespaces of its own, which take everything with them when it ends or
 * is killed:
 *
 *     node --conditions=@device-supervisor/source tooling/testbed/src/in-namespace.ts [--package name]… -- command…
 *
 * Installs the Debian packages of the test bed, and those named, before. Ends with the command's exit code.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { formatError } from '@device-supervisor/errors';
import { ensureDebianPackages, TESTBED_PACKAGES } from './ensure-debian-packages.ts';
import { runInNamespace } from './run-in-namespace.ts';

const { values, positionals } = parseArgs({
  options: { package: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});

try {
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  await ensureDebianPackages([...TESTBED_PACKAGES, ...values.package], say);
  process.exitCode = await runInNamespace(positionals, `testbed-${randomUUID().slice(0, 8)}`);
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
