import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startSupervisor } from '@device-supervisor/testbed';

/** A server that can be started repeatedly, always at the same address. */
export interface Candidate extends AsyncDisposable {
  /** Starts it; the promise resolves when the process has been created, not when it answers. */
  spawn(): Promise<ChildProcess>;
  readonly ping: string;
}

/** A program, and how Node.js is started for it. */
export type Programs = Readonly<Record<'supervisor' | 'bare', (script: string) => readonly [string, ...string[]]>>;

/** The script of this checkout. */
const LOCAL: Programs['bare'] = (script) => [process.execPath, script];

/** The supervisor, with so many services of its own on the engine. @param programs default: the bundle, on this Node.js */
export async function supervisor(
  engineEndpoint: string,
  serviceCount: number,
  programs?: Programs,
): Promise<Candidate> {
  const process = await startSupervisor({
    engineEndpoint,
    port: await freePort(),
    ...(programs === undefined ? {} : { command: programs.supervisor('') }),
  });
  const services = Array.from({ length: serviceCount }, (_, index): [number, object] => [
    index + 1,
    { serviceName: `s${index}`, imageId: index + 1, image: 'bench:1', environment: {}, labels: {} },
  ]);
  await process.apply({
    90_003: { name: 'bench', commit: 'c1', releaseId: '1', services: Object.fromEntries(services) },
  });
  await process.terminate();
  return {
    ping: process.url('/ping'),
    spawn: () => process.spawn(),
    async [Symbol.asyncDispose]() {
      await process[Symbol.asyncDispose]();
      await rm('/tmp/balena-supervisor/services/90003', { recursive: true, force: true });
    },
  };
}

/** The least that an HTTP server on Node.js can be. */
export async function bareServer({ bare }: Pick<Programs, 'bare'> = { bare: LOCAL }): Promise<Candidate> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const program = join(directory, 'bare.cjs');
  const port = await freePort();
  await writeFile(
    program,
    `require('node:http').createServer((_, answer) => answer.end('OK')).listen(${port}, '127.0.0.1')`,
  );
  return {
    ping: `http://127.0.0.1:${port}/ping`,
    async spawn() {
      const [command, ...args] = bare(program);
      const child = spawn(command, args, { stdio: 'ignore' });
      await once(child, 'spawn');
      return child;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
