import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { connectEngine } from './connect-engine.ts';
import { ImageOperationError, TestServiceError } from './errors.ts';
import { readProgress } from './read-progress.ts';
import { artefactDirectory } from './run-environment.ts';
import { waitFor } from './wait-for.ts';

/** A registry on the loopback interface, which engines use without TLS. Disposing of it ends it and its images. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
}

export interface PushedImage {
  /** e.g. `127.0.0.1:5000/web:1`. */
  readonly reference: string;
  /** e.g. `127.0.0.1:5000/web@sha256:…`. */
  readonly digestReference: string;
}

export interface RegistryOptions {
  /** Clients that may use it. Default: all. */
  readonly access?: RegistryAccess;
}

/** The section `auth` of a registry's configuration. */
export type RegistryAccess =
  | {
      readonly kind: 'htpasswd';
      /** Lines of a name and a bcrypt hash, e.g. `user:$2b$04$…`. */
      readonly users: string;
    }
  | {
      readonly kind: 'token';
      /** Where tokens come from. */
      readonly realm: string;
      readonly service: string;
      readonly issuer: string;
      /** PEM of the certificate that signs them. */
      readonly certificate: string;
    };

/** The registry's log line when it is ready. */
const LISTENING = /listening on (127\.0\.0\.1:\d+)/;

/** Starts Debian's `docker-registry` on a free port; its log goes to the artefacts. */
export async function startRegistry({ access }: RegistryOptions = {}): Promise<TestRegistry> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'registry-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const configuration = join(directory, 'config.yml');
  await writeFile(configuration, registryConfiguration(join(directory, 'data')));
  if (access !== undefined) await appendFile(configuration, await accessConfiguration(access, directory));

  const logFile = join(await artefactDirectory(basename(directory)), 'registry.log');
  await using log = await open(logFile, 'w');
  const registry = spawn('docker-registry', ['serve', configuration], {
    stdio: ['ignore', log.fd, log.fd],
    env: createCommandRunner(process.env).environment,
  });
  await once(registry, 'spawn');
  const ended = once(registry, 'exit');
  resources.defer(async () => {
    registry.kill('SIGTERM');
    await ended;
  });
  const host = await waitForAddress(registry, logFile);
  const lifetime = resources.move();
  return { host, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

async function waitForAddress(registry: ChildProcess, logFile: string): Promise<string> {
  const hasEnded = (): boolean => registry.exitCode !== null || registry.signalCode !== null;
  const log = await waitFor('the registry to listen', () => readFile(logFile, 'utf8'), {
    until: (text) => LISTENING.test(text) || hasEnded(),
  });
  const address = LISTENING.exec(log)?.[1];
  if (address === undefined) throw new TestServiceError('docker-registry', log);
  return address;
}

/**
 * Pushes an image of an engine to a registry, as `<registry>/<image>`; the engine keeps it under that name too.
 * @param registry `host:port`, with a name and a password if it asks for them
 * @param image e.g. `web:1`; without a tag, `latest`
 */
export async function pushImage(
  engineEndpoint: string,
  registry: string | { readonly host: string; readonly username: string; readonly password: string },
  image: string,
): Promise<PushedImage> {
  const [name = image, tag = 'latest'] = image.split(':');
  const { host, ...authconfig } = typeof registry === 'string' ? { host: registry } : registry;
  const repository = `${host}/${name}`;
  const engine = connectEngine(engineEndpoint);
  await engine.getImage(image).tag({ repo: repository, tag });
  const reference = `${repository}:${tag}`;
  const stream = await engine.getImage(reference).push({ authconfig });
  const progress = await readProgress(stream, { operation: 'push', image: reference });
  const digest = progress.map(({ aux }) => aux?.Digest).find((each) => each !== undefined);
  if (digest === undefined) throw new ImageOperationError('push', reference, 'the engine did not name the digest');
  return { reference, digestReference: `${repository}@${digest}` };
}

/** Port 0: a free one, which the registry's log then tells. */
function registryConfiguration(data: string): string {
  return `version: 0.1
log:
  level: info
storage:
  filesystem:
    rootdirectory: ${data}
  delete:
    enabled: true
http:
  addr: 127.0.0.1:0
`;
}

async function accessConfiguration(access: RegistryAccess, directory: string): Promise<string> {
  if (access.kind === 'htpasswd') {
    const path = join(directory, 'htpasswd');
    await writeFile(path, access.users);
    return `auth:\n  htpasswd:\n    realm: test\n    path: ${path}\n`;
  }
  const path = join(directory, 'issuer.pem');
  await writeFile(path, access.certificate);
  const { realm, service, issuer } = access;
  const fields = { realm, service, issuer, rootcertbundle: path };
  return `auth:\n  token:\n${Object.entries(fields)
    .map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`)
    .join('')}`;
}
