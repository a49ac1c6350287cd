import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { loadProject, type Project } from '@device-supervisor/compose-project';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { buildImage } from '../src/build/build-image.ts';
import { findBusybox } from '../src/build/find-busybox.ts';
import { NO_LOGINS, openRegistryLogins } from '../src/registry-logins/registry-logins.ts';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { connectEngine } from '../src/engine/connect-engine.ts';
import { startPrivateRegistry, USER, writeLogin } from './private-registry.ts';

const endpoint = inject('engineEndpoint');
const engine = connectEngine(endpoint);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

interface Built {
  readonly lines: readonly string[];
  /** The output of the image's program. */
  printed(): Promise<string>;
}

async function build(on: Docker = engine, environment: Readonly<Record<string, string>> = {}): Promise<Built> {
  const read = await loadProject(folder, { environment });
  const lines: string[] = [];
  for (const service of read.services) {
    const { build: instructions } = service;
    if (instructions === null) continue;
    await buildImage({ ...service, build: instructions }, read, {
      engine: on,
      logins: openRegistryLogins({ environment, warn: (sentence) => void lines.push(sentence) }),
      signal: AbortSignal.timeout(120_000),
      busybox: findStaticBusybox,
      onStep: () => undefined,
      onLine: (line) => void lines.push(line),
    });
  }
  return { lines, printed: () => runOnce(read) };
}

async function findStaticBusybox(): Promise<string> {
  return await findBusybox({
    commands: createCommandRunner(process.env),
    directory: join(tmpdir(), 'static-busybox'),
    onProgress: () => undefined,
    signal: AbortSignal.timeout(60_000),
  });
}

/** Runs the last service's image to its end. */
async function runOnce({ services }: Project): Promise<string> {
  const container = await engine.createContainer({ Image: services.at(-1)?.image ?? '', Tty: true });
  await container.start();
  await container.wait();
  const printed = (await container.logs({ stdout: true, follow: false })).toString().replaceAll('\r', '');
  await container.remove();
  return printed;
}

/** A compose file with one service whose Dockerfile begins with a busybox at `/bin`. */
async function project(dockerfile: string, extra = ''): Promise<void> {
  await write({
    Dockerfile: dockerfile,
    'compose.yaml': `services:\n  web:\n    build:\n      context: context\n      dockerfile: ../Dockerfile\n      x-busybox: true\n${extra}`,
  });
  await mkdir(join(folder, 'context'), { recursive: true });
}

/** Of this run: what an earlier one left in the cache counts for nothing. */
const NONCE = randomUUID();
const BASE =
  'FROM scratch\nENV NONCE=' +
  NONCE +
  '\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "ln", "-s", "busybox", "/bin/sh"]\nENV PATH=/bin\n';

describe('with BuildKit', () => {
  it('runs mounts of caches and secrets, and shows output as it comes, without the secret', async () => {
    await project(
      `${BASE}RUN --mount=type=secret,id=token busybox sha256sum /run/secrets/token > /sum
RUN --mount=type=cache,id=${NONCE},target=/cache busybox date +%N >> /cache/runs; busybox wc -l < /cache/runs > /runs; echo counted
CMD ["busybox", "cat", "/sum", "/runs"]
`,
      '      secrets: [{source: key, target: token}]\nsecrets: { key: { environment: KEY } }\n',
    );
    const first = await build(engine, { KEY: 'hunter2hunter2' });
    expect(first.lines).toContain('counted');
    expect(first.lines.find((line) => line.startsWith('build context:'))).toMatch(
      /^build context: 1 file, .* MB; sent: /,
    );
    expect(await first.printed()).toMatch(/^[0-9a-f]{64} .*\n1\n$/);
    expect(first.lines.join('\n')).not.toContain('hunter2');
    const again = await build(engine, { KEY: 'hunter2hunter2' });
    expect(again.lines).toContainEqual(expect.stringMatching(/^\[4\/4\] RUN --mount=type=cache.* \(cached\)$/));
  });

  it('sends modes, links and only what has changed, and neither the Dockerfile nor what is ignored', async () => {
    await project(`${BASE}COPY . /all\nCMD ["busybox", "find", "/all", "-not", "-name", "busybox"]\n`);
    await write({
      'context/.dockerignore': 'secret*\n',
      'context/src/a': 'a',
      'context/src-b': '',
      'context/secrets/x': '',
      'context/empty/.keep': '',
    });
    await symlink('src/a', join(folder, 'context/link'));
    const first = await build();
    expect((await first.printed()).trimEnd().split('\n').toSorted()).toEqual([
      '/all',
      '/all/.dockerignore',
      '/all/empty',
      '/all/empty/.keep',
      '/all/link',
      '/all/src',
      '/all/src-b',
      '/all/src/a',
    ]);
    await write({ 'context/src/a': 'abc' });
    const next = await build();
    expect(next.lines.join()).toContain('[3/3] COPY . /all');
    expect(next.lines.find((line) => line.startsWith('build context:'))).toMatch(/; sent: 3 B$/);
  });

  it('says how large a context is, and what makes it so', async () => {
    await project('FROM scratch\nCOPY . /\n');
    await write({ 'context/node_modules/big': 'x'.repeat(11_000_000) });
    const { lines } = await build();
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^warning: the build context holds 1\d MB, 11 MB of them in node_modules: there is no \.dockerignore/,
      ),
    );
  });

  it('sends only the parts that the Dockerfile copies', async () => {
    await project(`${BASE}COPY src /src\nCMD ["busybox", "ls", "/src"]\n`);
    await write({ 'context/src/a': 'a', 'context/node_modules/big': 'x'.repeat(11_000_000) });
    const { lines, printed } = await build();
    expect(lines.filter((line) => line.startsWith('warning'))).toEqual([]);
    expect(await printed()).toBe('a\n');
  });

  it('takes folders, images and services as additional contexts', async () => {
    await write({
      'assets/logo': 'the logo',
      'base/Dockerfile': BASE,
      'web/Dockerfile': 'FROM base\nCOPY --from=assets logo /logo\nCMD ["busybox", "cat", "/logo"]\n',
      'compose.yaml': `services:
  base: { build: { context: base, x-busybox: true } }
  web:
    build:
      context: web
      additional_contexts: { assets: ./assets, base: "service:base" }
`,
    });
    expect(await (await build()).printed()).toBe('the logo');
  });

  it('builds with the program of the engine when the syntax line asks for one that cannot be downloaded', async () => {
    await project(`# syntax=127.0.0.1:9/dockerfile:1\n${BASE}CMD ["busybox", "echo", "built"]\n`);
    const { lines, printed } = await build();
    expect(lines).toContainEqual(
      expect.stringMatching(/^warning: the engine cannot download 127\.0\.0\.1:9\/dockerfile:1/),
    );
    expect(await printed()).toBe('built\n');
  });

  it('names file, line and remedy of a part that the engine cannot read', async () => {
    await project(`${BASE}COPY --link . /all\n`);
    await expect(build()).rejects.toThrow(
      /\(Dockerfile:6\): COPY --link in line 6 is too new .*; begin the Dockerfile with "# syntax=docker\/dockerfile:1"/,
    );
  });

  it('ends a failed build with its step, and an aborted one at once', async () => {
    await project(`${BASE}RUN echo compiling; exit 7\n`);
    await expect(build()).rejects.toMatchObject({
      message: expect.stringMatching(/Dockerfile, step 3\/3\): .*exit code: 7/),
      details: { output: expect.stringContaining('compiling\n') },
    });
    await project(`${BASE}RUN echo waiting; busybox sleep 1000\n`);
    const read = await loadProject(folder, { environment: {} });
    const service = read.services[0];
    if (service?.build == null) throw new Error('the project has no build');
    const abort = new AbortController();
    const aborted = buildImage({ ...service, build: service.build }, read, {
      engine,
      logins: NO_LOGINS,
      signal: abort.signal,
      busybox: findStaticBusybox,
      onStep: () => undefined,
      onLine: (line) => void (line === 'waiting' && abort.abort(new Error('enough'))),
    });
    await expect(aborted).rejects.toThrow('enough');
  });
});

describe('without BuildKit', () => {
  let server: Server;
  let classic: Docker;

  /** The same engine without its sessions, as one that only has the classic builder. */
  beforeEach(async () => {
    const socketPath = new URL(endpoint).pathname;
    server = createServer((incoming, outgoing) => {
      if (incoming.url?.includes('/session') === true) {
        outgoing.writeHead(404).end('{"message":"page not found"}');
        return;
      }
      const { method, url, headers } = incoming;
      const forwarded = request({ socketPath, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    classic = connectEngine(`tcp://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(['auths', 'credHelpers', 'credsStore'] as const)(
    'builds on a private image with the login in %s',
    async (place) => {
      await using registry = await startPrivateRegistry(endpoint);
      await write({
        Dockerfile: 'ARG REGISTRY\nARG PORT\nFROM ${REGISTRY}:${PORT}/private:1\nCMD ["cat", "/private"]\n',
        'compose.yaml': `services:\n  web: { build: { context: ., args: { REGISTRY: 127.0.0.1, PORT: ${registry.host.split(':')[1] ?? ''} } } }\n`,
      });
      await expect(build(classic, { DOCKER_CONFIG: folder })).rejects.toThrow(/no basic auth credentials/);
      const environment = await writeLogin(join(folder, 'docker'), registry.host, { place });
      const { lines, printed } = await build(classic, environment);
      expect(await printed()).toBe('yes');
      expect(lines.join('\n')).not.toContain(USER.password);
    },
  );

  it('builds with the classic builder, and names what it cannot do', async () => {
    await project(`${BASE}CMD ["busybox", "echo", "classic"]\n`);
    const { lines, printed } = await build(classic);
    expect(lines).toContainEqual(expect.stringMatching(/^Step 3\/\d+ : COPY busybox/));
    expect(lines).toContainEqual(expect.stringMatching(/^build context: 1 file, /));
    expect(await printed()).toBe('classic\n');
    await project(`${BASE}RUN --mount=type=cache,target=/c true\n`);
    await expect(build(classic)).rejects.toThrow(
      /web cannot be built \(Dockerfile:6\): it needs BuildKit, which this engine does not have \(line 6: RUN --mount\)/,
    );
  });
});
