/**
 * Runs the system tests in several namespaces side by side, each with an engine and a registry of its own:
 *
 *     node --conditions=@device-supervisor/source tooling/checks/src/system/run-system-tests.ts [path…]
 *
 * `SYSTEM_WORKERS` is the number of namespaces; unless it is set, three for each processor as far as the memory goes.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatError } from '@device-supervisor/errors';
import { shareImage, stripPackage } from '@device-supervisor/image';
import { bundleApps, COMPILED_CODE_VARIABLE, prepareMachine, runInNamespace } from '@device-supervisor/testbed';
import { openQueue } from './queue.ts';

/** Bytes that the engine, the supervisors and the test process of one namespace may need. */
const MEMORY = 1_500_000_000;

/** For each processor: the tests mostly wait. */
const WORKERS = 3;

/** Those that tests build images for. */
const IMAGE_ARCHITECTURES = ['amd64', 'arm64'] as const;

const paths = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'system-tests-'));
const queue = join(directory, 'queue');
shareCompiledCode(join(directory, 'compiled'));
try {
  const onProgress = (message: string): void => void process.stderr.write(`${message}\n`);
  const needsImage = concerns('tooling/image');
  const packages = needsImage ? IMAGE_ARCHITECTURES.map(stripPackage) : [];
  await prepareMachine({ deviceHost: true, packages, onProgress });
  const root = join(import.meta.dirname, '../../../..');
  const image = needsImage ? shareImage({ root, output: join(directory, 'image'), onProgress }) : undefined;
  await bundleApps(concerns('apps/local-mode') ? ['supervisor', 'local-mode'] : ['supervisor']);
  await mkdir(queue);
  const ids = Array.from({ length: workers() }, (_, index) => `testbed-${process.pid}-${index}`);
  const codes = await Promise.all(ids.map((id) => runInNamespace(workerCommand(), { id, storage: 'memory' })));
  await image;
  const lost = await openQueue(queue).unfinished();
  for (const file of lost) process.stderr.write(`${file} was begun and has no result: its worker ended\n`);
  process.exitCode = lost.length > 0 ? 1 : Math.max(...codes);
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

/**
 * Has the thousands of Node.js processes of a run compile each module once: the first one that ends in order leaves what it
 * has compiled for the others.
 */
function shareCompiledCode(folder: string): void {
  delete process.env['NODE_DISABLE_COMPILE_CACHE'];
  process.env[COMPILED_CODE_VARIABLE] = folder;
}

/** Whether tests in a folder may be among those of this run. */
function concerns(folder: string): boolean {
  return paths.length === 0 || paths.some((path) => path.startsWith(folder));
}

function workerCommand(): string[] {
  const worker = join(import.meta.dirname, 'worker.ts');
  return [process.execPath, '--conditions=@device-supervisor/source', worker, queue, ...paths];
}

function workers(): number {
  const given = Number(process.env['SYSTEM_WORKERS']);
  if (Number.isInteger(given) && given > 0) return given;
  const areFiles = paths.length > 0 && paths.every((path) => path.endsWith('.ts'));
  const most = Math.min(availableParallelism() * WORKERS, Math.max(1, Math.floor(freemem() / MEMORY)));
  return areFiles ? Math.min(most, paths.length) : most;
}
