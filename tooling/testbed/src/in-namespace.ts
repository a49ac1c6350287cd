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
import { prepareMachine } from './prepare-machine.ts';
import { runInNamespace } from './run-in-namespace.ts';

const { values, positionals } = parseArgs({
  options: {
    package: { type: 'string', multiple: true, default: [] },
    'device-host': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

try {
  await prepareMachine({
    deviceHost: values['device-host'],
    packages: values.package,
    onProgress: (message) => void process.stderr.write(`${message}\n`),
  });
  process.exitCode = await runInNamespace(positionals, {
    id: `testbed-${randomUUID().slice(0, 8)}`,
    storage: 'memory',
  });
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
