/**
 * Runs a bench, `main.ts [option]…`, in network, mount and process namespaces of its own: nothing of its engine outlives it,
 * however it ends. Ends with its exit code.
 */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import { fetchParts } from '@device-supervisor/image';
import { prepareMachine, runInNamespace } from '@device-supervisor/testbed';
import { readOptions } from './read-options.ts';

const args = process.argv.slice(2);
const onProgress = (message: string): void => void process.stderr.write(`${message}\n`);

try {
  const { fleet, image, soak } = readOptions(args);
  // Devices and cloud of a fleet need neither an engine nor root.
  if (fleet) await import('./bench.ts');
  else {
    await prepareMachine({ deviceHost: false, onProgress });
    if (image || soak) {
      await fetchParts({ root: resolve(import.meta.dirname, '../../..'), architectures: ['amd64'], onProgress });
    }
    const bench = [process.execPath, '--conditions=@device-supervisor/source', join(import.meta.dirname, 'bench.ts')];
    process.exitCode = await runInNamespace([...bench, ...args], {
      id: `bench-${randomUUID().slice(0, 8)}`,
      // As on a device.
      storage: 'disk',
    });
  }
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
