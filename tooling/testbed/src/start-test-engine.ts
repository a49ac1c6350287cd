import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateEngine } from '@device-supervisor/local-engine';
import { connectEngine } from './connect-engine.ts';
import { artefactDirectory } from './run-environment.ts';
import { waitFor } from './wait-for.ts';

/** A container engine for tests. Disposing of it removes everything in it, and all traces of it. */
export interface TestEngine extends AsyncDisposable {
  /** `unix:///path`. */
  readonly endpoint: string;
  readonly directory: string;
  /** Ends it without a warning, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again after it was killed. */
  revive(): Promise<void>;
}

export interface TestEngineOptions {
  /** Where its files go, e.g. a small file system. Default: the system's directory for temporary files. */
  readonly parentDirectory?: string;
  /** More for its `daemon.json`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Starts a private engine in a fresh directory; its log goes to the artefacts. */
export async function startTestEngine({
  parentDirectory = tmpdir(),
  settings = {},
}: TestEngineOptions = {}): Promise<TestEngine> {
  const directory = await mkdtemp(join(parentDirectory, 'engine-'));
  const options = {
    directory,
    environment: process.env,
    settings,
    logFile: join(await artefactDirectory(`engine-${randomUUID()}`), 'dockerd.log'),
    onProgress: () => undefined,
  };
  let engine = await startPrivateEngine(options);
  return {
    endpoint: engine.endpoint,
    directory,
    async kill() {
      process.kill(engine.pid, 'SIGKILL');
      await waitFor('the engine to be gone', () => isGone(engine.pid));
    },
    async revive() {
      engine = await startPrivateEngine(options);
    },
    async [Symbol.asyncDispose]() {
      // By force: in order, each container would take the ten seconds that it has to end by itself.
      await removeContainers(engine.endpoint);
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

async function removeContainers(endpoint: string): Promise<void> {
  const engine = connectEngine(endpoint);
  const containers = await engine.listContainers({ all: true });
  await Promise.all(containers.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })));
}
